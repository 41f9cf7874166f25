/** Work that is done one piece after the other. */

/** Runs a piece of work once those before it are done, however they ended. @returns Its result, or what it threw. */
export type InTurn = <Result>(work: () => Result | PromiseLike<Result>) => Promise<Result>

/**
 * Creates a queue that holds one piece of work at a time, in the order they were given. `await inTurn(() => undefined)`
 * waits for all before.
 */
export function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }
}
