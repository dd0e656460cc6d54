import { expect, test } from 'vitest'
import {
  readPlaywrightReport,
  readVitestReport,
  summaryLine,
} from '../../../build/scripts/support/suite-result.ts'

const vitest = (changes: object): string =>
  JSON.stringify({
    numPassedTests: 3,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [{ status: 'passed', assertionResults: [{}] }],
    ...changes,
  })
const playwright = (stats: object, errors: unknown[] = []): string =>
  JSON.stringify({ stats: { expected: 2, unexpected: 0, flaky: 0, skipped: 0, ...stats }, errors })

test('passed and failed are counted', () => {
  expect(readVitestReport('unit', vitest({}), 0)).toEqual({ name: 'unit', passed: 3, failed: 0, skipped: 0 })
  expect(readVitestReport('unit', vitest({ numFailedTests: 2, numPendingTests: 1 }), 1)).toMatchObject({
    passed: 3,
    failed: 2,
    skipped: 1,
  })
  expect(readPlaywrightReport('e2e', playwright({ unexpected: 1, skipped: 4 }), 1)).toEqual({
    name: 'e2e',
    passed: 2,
    failed: 1,
    skipped: 4,
  })
})

test('a file that could not be loaded is a failure', () => {
  const report = vitest({ testResults: [{ status: 'failed', assertionResults: [] }] })
  expect(readVitestReport('unit', report, 1).failed).toBe(1)
  expect(readPlaywrightReport('e2e', playwright({}, [{ message: 'no such file' }]), 1).failed).toBe(1)
})

test('a test that passed the second time only is a failure', () => {
  expect(readPlaywrightReport('e2e', playwright({ flaky: 1 }), 0).failed).toBe(1)
})

test.each([1, null])('an error outside the tests is a failure: exit code %s', (code) => {
  expect(readVitestReport('unit', vitest({}), code).failed).toBe(1)
  expect(readPlaywrightReport('e2e', playwright({}), code).failed).toBe(1)
})

test('a suite that ran nothing failed', () => {
  expect(readVitestReport('unit', vitest({ numPassedTests: 0 }), 0).failed).toBe(1)
  expect(readPlaywrightReport('e2e', playwright({ expected: 0, skipped: 9 }), 0).failed).toBe(1)
})

test('the last line adds up', () => {
  const suite = { name: 'x', passed: 2, failed: 1, skipped: 5 }
  expect(summaryLine([suite, suite])).toBe('4 passed, 2 failed')
  expect(summaryLine([])).toBe('0 passed, 0 failed')
})
