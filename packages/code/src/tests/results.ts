/** What became of a run of tests, whichever program ran them. */

/** A test that failed, or a file whose tests could not be run. */
export interface TestFailure {
  /** With the groups that hold it, as the runner joins them. */
  readonly name: string
  /** As the runner names it; below the root where that is known. */
  readonly file: string | undefined
  /** Where it failed, from 1. */
  readonly line: number | undefined
  readonly message: string
}

/** Counts of tests, and those that failed. What a runner expects to fail counts as skipped. */
export interface TestResults {
  readonly passed: number
  /** Files that could not be loaded count as one each. */
  readonly failed: number
  readonly skipped: number
  readonly failures: readonly TestFailure[]
}

/** Longest message that is kept, in characters. */
const longestMessage = 2_000

/** Makes a failure, its place read out of `trace` where it is not given. */
export function failureOf(
  { name, message }: { name: string; message: string },
  { file, line, trace = message }: { file?: string | undefined; line?: number | undefined; trace?: string } = {},
): TestFailure {
  const found = file === undefined || line === undefined ? placeIn(trace, file) : undefined
  const text = message.replace(escapes, '').trim()
  return {
    name,
    file: file ?? found?.file,
    line: line ?? found?.line,
    message: text.length <= longestMessage ? text : `${text.slice(0, longestMessage).toWellFormed()} …`,
  }
}

/** Results of failures and counts. */
export function resultsOf(failures: readonly TestFailure[], counts: { passed: number; skipped: number }): TestResults {
  return { passed: counts.passed, failed: failures.length, skipped: counts.skipped, failures }
}

/** What changed from one run of the same tests to the next. */
export interface ResultChange {
  /** Failures that were none before. */
  readonly broken: readonly TestFailure[]
  /** Names of what failed before and does no more. */
  readonly mended: readonly string[]
}

/** Compares two runs. Tests are told apart by name and file; a test that went counts as mended. */
export function compareResults(before: TestResults, after: TestResults): ResultChange {
  const keyOf = ({ name, file }: TestFailure): string => `${file ?? ''}\0${name}`
  const [then, now] = [new Set(before.failures.map(keyOf)), new Set(after.failures.map(keyOf))]
  return {
    broken: after.failures.filter((failure) => !then.has(keyOf(failure))),
    mended: before.failures.filter((failure) => !now.has(keyOf(failure))).map(({ name }) => name),
  }
}

// Colours, as terminals are told them.
const escapes = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g')

const place =
  /(?:file:\/\/)?((?:[A-Za-z]:)?[\w@./\\+-]*[\w-]\.(?:[cm]?[jt]sx?|py|rs|go|java|rb|php|c|cc|cpp|cs)):(\d+)/g

/** The first place that a text names outside of libraries; in `file`, if that is given and named. */
function placeIn(text: string, file: string | undefined): { file: string; line: number } | undefined {
  const found = [...text.matchAll(place)]
    .map(([, path = '', line]) => ({ file: path, line: Number(line) }))
    .filter((each) => !/node_modules|^node:|site-packages|\/rustc\/|\/go\/src\//.test(each.file))
  return found.find((each) => each.file === file) ?? (file === undefined ? found[0] : undefined)
}
