/** Trying changes before they count: a port that a workspace satisfies. */

/** What came of work that was tried. Exactly one of `keep` and `discard` is to be called. */
export interface Speculation<T> {
  readonly value: T
  /**
   * Lets the changes count, all or none.
   *
   * @throws ToolError if what they build on was changed meanwhile; nothing was changed then.
   */
  keep(): Promise<void>
  /** Leaves everything as it was before. */
  discard(): Promise<void>
}

/** Runs work whose changes only it sees. */
export interface Speculator {
  speculate<T>(work: () => Promise<T>): Promise<Speculation<T>>
}
