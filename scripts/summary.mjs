// Ends a run of the tests with one line that counts them; a skipped test is a failure.
import { readFileSync } from "node:fs"

const { numFailedTests, numFailedTestSuites, numPassedTests, numTotalTests } = JSON.parse(readFileSync(process.argv[2], "utf8"))
const skipped = numTotalTests - numPassedTests - numFailedTests
if (skipped > 0) console.log(`${skipped} tests did not run: see the reasons above.`)
const failed = numFailedTests === 0 && numFailedTestSuites > 0 ? numFailedTestSuites : numFailedTests
console.log(`${numPassedTests} passed, ${failed} failed`)
process.exitCode = failed + skipped === 0 && numPassedTests > 0 ? 0 : 1
