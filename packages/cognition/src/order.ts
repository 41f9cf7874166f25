/** In which order the calls of a batch are made. */

/** What a call may change, from nothing to the world outside. `self` is the agent's own memory and task list. */
export type Effect = 'none' | 'read' | 'self' | 'write' | 'execute' | 'network'

/** A call that waits to be run. */
export interface PendingCall {
  readonly id: string
  readonly tool: string
  readonly effect: Effect
}

/** What the order rests on. */
export interface OrderOptions {
  /** What calling a tool is expected to cost; lower goes first. */
  readonly cost: (tool: string) => number
  /** Chance that a run of reads begins with any of them. Range [0, 1]. */
  readonly exploration: number
  /** Draws from [0, 1). */
  readonly chance: () => number
}

/**
 * Orders each run of neighbouring reads by ascending cost, equal costs as they came; now and then any of the run goes first.
 *
 * Everything but a read is a barrier: what stands before it stays before, since a read may depend on it, or it on a read.
 *
 * @returns The id of each call, once for each time it was given.
 */
export function orderCalls(calls: readonly PendingCall[], { cost, exploration, chance }: OrderOptions): string[] {
  const ordered: string[] = []
  let reads: { id: string; cost: number }[] = []
  const endRun = (): void => {
    reads.sort((a, b) => a.cost - b.cost)
    if (reads.length > 1 && chance() < exploration) {
      reads.unshift(...reads.splice(Math.floor(chance() * reads.length), 1))
    }
    ordered.push(...reads.map(({ id }) => id))
    reads = []
  }
  for (const { id, tool, effect } of calls) {
    if (effect === 'read') reads.push({ id, cost: cost(tool) })
    else {
      endRun()
      ordered.push(id)
    }
  }
  endRun()
  return ordered
}
