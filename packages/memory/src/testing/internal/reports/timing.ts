/** Times of the speed report, and its lines. */

/** Seconds that `work` takes. */
export async function seconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1_000
}

/** Milliseconds that `work` takes for each. */
export async function times<T>(
  each: readonly T[],
  work: (one: T, index: number) => Promise<unknown> | unknown,
): Promise<number[]> {
  const taken: number[] = []
  for (const [index, one] of each.entries()) {
    const start = performance.now()
    await work(one, index)
    taken.push(performance.now() - start)
  }
  return taken
}

/** Prints ours beside theirs, their ratio, and the goal or another remark. */
export function line(label: string, ours: number, name: string, theirs: number, goal: string): void {
  const digits = ours > 100 ? 0 : 3
  console.log(
    `  ${label.padEnd(34)}${ours.toFixed(digits).padStart(9)}   ${name} ${theirs.toFixed(digits)}   ratio ${(ours / theirs).toFixed(2)} (${goal.startsWith('at ') ? 'goal: ' : ''}${goal})`,
  )
}
