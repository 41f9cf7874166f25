/** What is counted in a change of code. */

/** A count: its name in records, what it is divided by to become a feature, and its usual size in a line of change. */
export interface DiffCount {
  readonly name: string
  readonly meaning: string
  readonly unit: number
  /** Per line of change; the simulated world draws around it. */
  readonly usual: number
}

const count = (name: string, unit: number, usual: number, meaning: string): DiffCount => ({
  name,
  unit,
  usual,
  meaning,
})

/** The counts that the quality net reads, in its order. */
export const diffCounts: readonly DiffCount[] = [
  count('lines added', 500, 1, 'lines that are new'),
  count('lines deleted', 500, 0.5, 'lines that are gone'),
  count('lines net', 500, 0.5, 'lines added less lines deleted; may be negative'),
  count('files changed', 20, 0.02, 'files touched at all'),
  count('files added', 5, 0.005, 'files that are new'),
  count('files mostly deleted', 5, 0.001, 'files of which more than half is gone'),
  count('functions added', 10, 0.05, 'functions and methods that are new'),
  count('imports added', 10, 0.05, 'imports that are new'),
  count('casts added', 5, 0.01, '`as` casts that are new, `as const` aside'),
  count('any added', 5, 0.005, '`any` in a type'),
  count('suppressions added', 5, 0.002, 'comments that silence a checker'),
  count('throws added', 10, 0.02, '`throw` statements'),
  count('catches added', 10, 0.01, '`catch` clauses'),
  count('todos added', 5, 0.005, 'comments that put something off'),
  count('stubs added', 5, 0.001, 'functions without a body, or that only throw'),
  count('prints added', 5, 0.005, 'calls of `console`'),
  count('tests added', 10, 0.03, 'test cases that are new'),
  count('tests deleted', 10, 0.005, 'test cases that are gone'),
  count('test files touched', 5, 0.01, 'files of tests touched'),
  count('manifests touched', 1, 0.001, 'package manifests and lock files touched'),
  count('protected files touched', 1, 0.002, 'files the agent must not change'),
  count('generated files added', 1, 0.001, 'build results and other files that do not belong'),
  count('lines moved', 50, 0.1, 'lines that are gone in one place and new in another'),
  count('comment lines added', 50, 0.1, 'new lines that are comments'),
  count('longest function', 100, 0.1, 'lines of the longest function touched'),
  count('nesting', 10, 0.01, 'deepest nesting of a new line'),
  count('exports added', 10, 0.02, 'exports that are new'),
  count('exports deleted', 10, 0.005, 'exports that are gone'),
  count('async added', 10, 0.02, '`async` functions that are new'),
  count('branches added', 20, 0.08, '`if`, `switch` and `?:` that are new'),
  count('loops added', 10, 0.03, 'loops and iterating calls that are new'),
  count('duplicate lines', 50, 0.05, 'new lines that stand elsewhere too'),
]
