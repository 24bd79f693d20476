// Ends a run of the tests with what failed, each with its reason, and one line that counts them, from one report or several; a skipped test is a failure.
import { readFileSync } from "node:fs"
import { relative } from "node:path"

const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf8")))
const sum = (field) => reports.reduce((total, report) => total + report[field], 0)

const passed = sum("numPassedTests")
const skipped = sum("numTotalTests") - passed - sum("numFailedTests")
if (skipped > 0) console.log(`${skipped} tests did not run: see the reasons above.`)
const failed = sum("numFailedTests") || sum("numFailedTestSuites")
// The last lines of a long output are what is always kept: they say what failed, not only how much.
for (const { testResults } of reports) {
  for (const { name, message, assertionResults } of testResults) {
    const file = relative(process.cwd(), name)
    if (message !== "") console.log(`FAILED ${file}: ${message}`)
    for (const { status, fullName, failureMessages } of assertionResults) {
      if (status === "failed") console.log(`FAILED ${file}: ${fullName}\n${failureMessages.join("\n")}`)
      else if (status !== "passed") console.log(`NOT RUN ${file}: ${fullName}`)
    }
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed + skipped === 0 && reports.every(({ numPassedTests }) => numPassedTests > 0) ? 0 : 1
