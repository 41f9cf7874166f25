/** The loop over steps: batches in, progress out, the weights that did best at the end. */

import { type Clock, createRng } from '@salp/core'
import type { BatchSource, OrderedBatches } from '../data/batches.js'
import { initialWeights } from '../initial.js'
import type { Schedule } from '../schedule.js'
import { type CurvePoint, type RunState, readCheckpoint, writeCheckpoint } from './checkpoint.js'
import { createTrainer, type Trainer, type TrainerOptions, TrainingError } from './trainer.js'

/** How a net is trained. */
export interface TrainOptions extends Omit<TrainerOptions, 'weights' | 'moments'> {
  /** @defaultValue drawn by `seed` */
  readonly weights?: Float32Array | undefined
  readonly data: BatchSource
  readonly steps: number
  readonly schedule: Schedule
  /** Share of a decayed weight that fades in a step, per unit of the learning rate. @defaultValue `0.01` */
  readonly decay?: number | undefined
  /** Held-out data, by which the best weights are chosen. */
  readonly evaluation?:
    | {
        readonly batches: OrderedBatches
        /** Steps from one to the next; the last step is followed by one too. */
        readonly every: number
        /** Ends the run after so many in a row that were no better. @defaultValue never */
        readonly patience?: number | undefined
      }
    | undefined
  /** Where a run that stops can go on: the one found there is gone on with. */
  readonly checkpoints?:
    | { readonly folder: string; readonly every: number /** @defaultValue `2` */; readonly keep?: number | undefined }
    | undefined
  /** SHA-256 of the data, for the files. */
  readonly dataDigest?: string | undefined
  /** Ends the run after so long, as if its steps were done. */
  readonly budgetMs?: number | undefined
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Where a run stands after a step. */
export interface TrainProgress {
  readonly step: number
  readonly steps: number
  /** Of the step's batches, before it. */
  readonly loss: number
  /** Of the gradient, before clipping; not finite if the step was left out. */
  readonly norm: number
  readonly rate: number
  readonly threads: number
  readonly elapsedMs: number
  /** At the pace so far. */
  readonly remainingMs: number
  /** Steps left out so far, because their gradient was not finite. */
  readonly skipped: number
  /** Loss on held-out data, if this step was followed by an evaluation. */
  readonly heldOut?: number | undefined
}

/** What came of a run. */
export interface Trained {
  /** Those that did best on held-out data, if it was evaluated, else the last. */
  readonly weights: Float32Array<ArrayBuffer>
  /** Steps behind them. */
  readonly steps: number
  /** Their loss on held-out data. */
  readonly heldOut: number | undefined
  /** All evaluations on held-out data. */
  readonly curve: readonly CurvePoint[]
  readonly ended: 'steps' | 'patience' | 'budget'
  readonly skipped: number
}

/** A net whose gradient is not finite this often in a row does not recover. */
const maxSkippedInARow = 20

/**
 * Trains a net in a thread of its own.
 *
 * The same options give the same weights, bit for bit, on the same machine, whatever `threads` says, and however often the
 * run was stopped and gone on with. On an abort or a kill the last checkpoint stays.
 *
 * @throws {@link TrainingError} (`models/training`) if the runtime is missing, or gradients stay infinite.
 * @throws {@link CheckpointError} (`models/checkpoint`) if a checkpoint cannot be written or read.
 * @throws {@link ArchitectureError} (`models/architecture`) if the checkpoint there is one of another net.
 * @throws The signal's reason if it aborts.
 */
export async function train(
  { clock }: { readonly clock: Pick<Clock, 'monotonic'> },
  options: TrainOptions,
): Promise<Trained> {
  const { net, steps, signal, checkpoints, seed = 0, evaluation, budgetMs = Number.POSITIVE_INFINITY } = options
  signal?.throwIfAborted()
  const before = checkpoints === undefined ? undefined : await readCheckpoint(checkpoints.folder, net)
  const weights = before?.weights ?? options.weights ?? initialWeights(net, createRng(seed))
  await using trainer = await createTrainer({ ...options, weights, moments: before })
  const started = clock.monotonic()
  const run: Progressing = {
    done: before?.steps ?? 0,
    skipped: before?.skipped ?? 0,
    stale: before?.stale ?? 0,
    best: before?.best,
    curve: [...(before?.curve ?? [])],
  }
  const first = run.done
  const stepper = createStepper(trainer, options, first)
  let ended: Trained['ended'] = 'steps'
  let skippedInARow = 0
  while (run.done < steps) {
    signal?.throwIfAborted()
    const rate = options.schedule(run.done + 1)
    const result = await stepper.step(run.done, run.done + 1 - run.skipped, rate)
    run.done++
    skippedInARow = Number.isFinite(result.norm) ? 0 : skippedInARow + 1
    if (skippedInARow > 0) run.skipped++
    if (skippedInARow === maxSkippedInARow)
      throw new TrainingError(net.name, `its gradient was not finite ${maxSkippedInARow} times in a row`)
    const heldOut = await evaluate(trainer, options, run)
    const elapsedMs = clock.monotonic() - started
    const remainingMs = (elapsedMs / (run.done - first)) * (steps - run.done)
    options.onProgress?.({
      ...result,
      step: run.done,
      steps,
      rate,
      elapsedMs,
      remainingMs,
      skipped: run.skipped,
      heldOut,
    })
    if (evaluation?.patience !== undefined && run.stale >= evaluation.patience) ended = 'patience'
    else if (elapsedMs >= budgetMs) ended = 'budget'
    if (checkpoints !== undefined && (run.done % checkpoints.every === 0 || run.done === steps))
      await save(trainer, options, run)
    if (ended !== 'steps') break
  }
  signal?.throwIfAborted()
  const { skipped, curve, best } = run
  if (best === undefined)
    return { weights: await trainer.weights(), steps: run.done, heldOut: undefined, ended, skipped, curve }
  return { weights: best.weights, steps: best.steps, heldOut: best.loss, ended, skipped, curve }
}

/** What changes while a run goes on. */
interface Progressing {
  done: number
  skipped: number
  stale: number
  best: RunState['best']
  readonly curve: CurvePoint[]
}

async function save(trainer: Trainer, { net, checkpoints, dataDigest }: TrainOptions, run: Progressing): Promise<void> {
  if (checkpoints === undefined) return
  const { done: steps, skipped, stale, best, curve } = run
  await writeCheckpoint(
    checkpoints.folder,
    net,
    { ...(await trainer.state()), steps, skipped, stale, best, curve },
    { dataDigest, keep: checkpoints.keep },
  )
}

async function evaluate(
  trainer: Trainer,
  { evaluation, steps, accumulate = 1 }: TrainOptions,
  run: Progressing,
): Promise<number | undefined> {
  const due = evaluation !== undefined && (run.done % evaluation.every === 0 || run.done === steps)
  if (!due) return undefined
  const { batches } = evaluation
  let loss = 0
  // The other slot may hold the next batch already.
  const slot = slotOf(run.done * accumulate - 1)
  for (let index = 0; index < batches.count; index++) {
    batches.fill(trainer.slots[slot], index)
    loss += await trainer.evaluate(slot)
  }
  const finite = Number.isFinite(loss)
  if (finite) run.curve.push({ step: run.done, heldOut: loss })
  if (finite && (run.best === undefined || loss < run.best.loss)) {
    run.best = { weights: await trainer.weights(), loss, steps: run.done }
    run.stale = 0
  } else run.stale++
  return loss
}

/** Batches alternate between the slots; after a step the slot of its last batch is free. */
const slotOf = (index: number): 0 | 1 => (index % 2 === 0 ? 0 : 1)

/** Runs steps of several batches, filling the next batch while one runs. */
function createStepper(
  trainer: Trainer,
  { data, accumulate = 1, decay = 0.01, steps }: TrainOptions,
  firstStep: number,
): { step(done: number, step: number, rate: number): Promise<{ loss: number; norm: number; threads: number }> } {
  const end = steps * accumulate
  const fill = (index: number): void => {
    if (index < end) data(trainer.slots[slotOf(index)], index)
  }
  fill(firstStep * accumulate)
  return {
    async step(done, step, rate) {
      let [loss, norm, threads] = [0, Number.NaN, 1]
      for (let part = 0; part < accumulate; part++) {
        const index = done * accumulate + part
        const running = trainer.run({ slot: slotOf(index), index, step, rate, decay })
        try {
          fill(index + 1)
        } finally {
          const result = await running
          loss += result.loss / accumulate
          norm = result.norm ?? norm
          threads = result.threads
        }
      }
      return { loss, norm, threads }
    },
  }
}
