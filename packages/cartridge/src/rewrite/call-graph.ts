/** Which functions of a module have to count their stack. */

/** What a function does that matters to the stack. */
export interface CallNode {
  /** Functions that it calls, by their place in the list. */
  readonly calls: readonly number[]
  /** Whether it calls through a table. */
  readonly callsTable: boolean
  /** Stack that one call takes. */
  readonly words: number
}

/** Most stack that is taken without being counted, in words: that of the functions at the very end of a chain of calls. */
export const uncountedWords = 1_024

/**
 * Tells of each function whether it counts its stack.
 *
 * It need not if whatever it calls need not either, so that it cannot be reached again while it runs, and if the longest chain
 * of calls under it takes no more than {@link uncountedWords}. Such functions only ever stand at the end of a chain: before
 * them are counted ones alone, so that all together take no more than the limit and `uncountedWords`.
 */
export function countStack(functions: readonly CallNode[]): boolean[] {
  const callers = functions.map((): number[] => [])
  const waiting = functions.map(({ calls }) => calls.length)
  const deepest = functions.map(({ words }) => words)
  for (const [caller, { calls }] of functions.entries()) for (const callee of calls) callers[callee]?.push(caller)

  const counts = functions.map(() => true)
  const ready = [...functions.keys()].filter((index) => waiting[index] === 0)
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    const words = deepest[index] ?? 0
    if (functions[index]?.callsTable || words > uncountedWords) continue
    counts[index] = false
    for (const caller of callers[index] ?? []) {
      deepest[caller] = Math.max(deepest[caller] ?? 0, (functions[caller]?.words ?? 0) + words)
      waiting[caller] = (waiting[caller] ?? 0) - 1
      if (waiting[caller] === 0) ready.push(caller)
    }
  }
  return counts
}
