/** A batch that is tried, judged, and kept or undone. */

/** State that can be set back: a substrate, a memory, a workspace over files. */
export interface Restorable {
  /** For a person, in what went wrong. */
  readonly name: string
  /** Notes the state as it is. @returns What ends the speculation: `commit` keeps what happened since, `rollback` undoes it. */
  begin(): Promise<Checkpoint> | Checkpoint
}

/** One state that was noted. Either method may be called once. */
export interface Checkpoint {
  commit(): Promise<void> | void
  rollback(): Promise<void> | void
}

/**
 * A layer over a folder: writes of every tool go to the layer and reach the folder only by `commit`. An agent that touches files
 * satisfies it, for instance with a git worktree or an overlay file system; without it the effects of a failed batch stay.
 */
export interface OverlayWorkspace extends Restorable {
  /** Absolute path under which tools work while a speculation runs. */
  readonly root: string
}

/** What to try, and how to judge it. */
export interface Speculation<Result> {
  /** State to set back, in order of noting; it is undone in the reverse order. */
  readonly over: readonly Restorable[]
  /** The batch. It must keep its effects within what `over` undoes. */
  readonly run: (signal: AbortSignal) => Promise<Result>
  /** Says whether to keep it. @defaultValue whatever did not throw is kept */
  readonly accept?: ((result: Result) => Promise<boolean> | boolean) | undefined
  readonly signal?: AbortSignal | undefined
}

/** What became of a batch. */
export type Speculated<Result> =
  | { readonly status: 'committed'; readonly result: Result }
  | { readonly status: 'rolled-back'; readonly result: Result }
  | { readonly status: 'failed'; readonly error: unknown }

/**
 * Runs a batch on noted state and keeps it or sets everything back.
 *
 * Evidence is not undone: pass no belief store in `over`, so that what failed is remembered as having failed.
 *
 * @throws The signal's reason if it aborts; AggregateError if something could not be set back: then state is undefined and a person is needed.
 */
export async function speculate<Result>({
  over,
  run,
  accept = () => true,
  signal = new AbortController().signal,
}: Speculation<Result>): Promise<Speculated<Result>> {
  signal.throwIfAborted()
  const checkpoints: Checkpoint[] = []
  let outcome: Speculated<Result>
  try {
    for (const state of over) checkpoints.push(await state.begin())
    const result = await run(signal)
    signal.throwIfAborted()
    outcome = (await accept(result)) ? { status: 'committed', result } : { status: 'rolled-back', result }
  } catch (error) {
    outcome = { status: 'failed', error }
  }
  if (outcome.status === 'committed') {
    for (const checkpoint of checkpoints) await checkpoint.commit()
    return outcome
  }
  await undo(checkpoints)
  signal.throwIfAborted()
  return outcome
}

async function undo(checkpoints: readonly Checkpoint[]): Promise<void> {
  const errors: unknown[] = []
  for (const checkpoint of checkpoints.toReversed()) {
    try {
      await checkpoint.rollback()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'Cannot undo a batch: its state is neither old nor new')
}

/**
 * Makes anything with a snapshot restorable, such as a substrate.
 *
 * @param name - For a person, in what went wrong.
 */
export function restorable<Snapshot>(
  name: string,
  { snapshot, restore }: { readonly snapshot: () => Snapshot; readonly restore: (snapshot: Snapshot) => void },
): Restorable {
  return {
    name,
    begin() {
      const before = snapshot()
      return { commit: () => undefined, rollback: () => restore(before) }
    },
  }
}
