/** What a suite did. A suite that ran nothing proves nothing, so whoever sums up counts it as failed. */
export interface SuiteResult {
  readonly name: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** The figures of Vitest's JSON report. `exitCode` tells of errors outside any test. */
export function readVitestReport(name: string, text: string, exitCode: number | null): SuiteResult {
  const report = JSON.parse(text) as {
    numPassedTests: number
    numFailedTests: number
    numPendingTests: number
    numTodoTests: number
    testResults: { status: string; assertionResults: unknown[] }[]
  }
  // A file that cannot even be loaded has no tests that could fail.
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
  return withExitCode(
    {
      name,
      passed: report.numPassedTests,
      failed: report.numFailedTests + broken,
      skipped: report.numPendingTests + report.numTodoTests,
    },
    exitCode,
  )
}

/** The figures of Playwright's JSON report. */
export function readPlaywrightReport(name: string, text: string, exitCode: number | null): SuiteResult {
  const report = JSON.parse(text) as {
    stats: { expected: number; unexpected: number; flaky: number; skipped: number }
    errors: unknown[]
  }
  return withExitCode(
    {
      name,
      passed: report.stats.expected,
      // There are no retries; should there ever be, passing the second time is not passing.
      failed: report.stats.unexpected + report.stats.flaky + report.errors.length,
      skipped: report.stats.skipped,
    },
    exitCode,
  )
}

/** Nothing failed, yet the runner says so: an error outside the tests. Nothing ran: that is a failure too. */
function withExitCode(result: SuiteResult, exitCode: number | null): SuiteResult {
  const empty = result.passed + result.failed === 0
  return result.failed === 0 && (exitCode !== 0 || empty) ? { ...result, failed: 1 } : result
}

/** The last line of `npm test`. */
export function summaryLine(results: readonly SuiteResult[]): string {
  const sum = (pick: (result: SuiteResult) => number): number =>
    results.reduce((total, result) => total + pick(result), 0)
  return `${sum((result) => result.passed)} passed, ${sum((result) => result.failed)} failed`
}
