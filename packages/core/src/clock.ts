/** Time as an argument. */

/** Tells the time and waits. The real one is `systemClock` of `@salp/core/node`. */
export interface Clock {
  /** Time of day for stamps, in ms since the epoch. Integer; may jump when the system's clock is set. */
  now(): number
  /** Time for durations, in ms since an arbitrary start. Never goes back. */
  monotonic(): number
  /**
   * Waits for `ms` milliseconds.
   *
   * @throws The signal's reason if it aborts.
   */
  sleep(ms: number, options?: { signal?: AbortSignal | undefined }): Promise<void>
}
