// Ends a run of the tests with one line that counts them, from one report or several; a skipped test is a failure.
import { readFileSync } from "node:fs"

const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf8")))
const sum = (field) => reports.reduce((total, report) => total + report[field], 0)

const passed = sum("numPassedTests")
const skipped = sum("numTotalTests") - passed - sum("numFailedTests")
if (skipped > 0) console.log(`${skipped} tests did not run: see the reasons above.`)
const failed = sum("numFailedTests") || sum("numFailedTestSuites")
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed + skipped === 0 && reports.every(({ numPassedTests }) => numPassedTests > 0) ? 0 : 1
