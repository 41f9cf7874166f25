/** Trains the net of a guide, on ONNX Runtime in a thread. */

import { type Clock, createRng } from '@salp/core'
import { orderedBatches, shuffledBatches } from '../../nets/data/batches.js'
import { train } from '../../nets/node/train.js'
import { warmupCosine } from '../../nets/schedule.js'
import { guideTask, type SolvedTask } from '../../nets/tasks/guide.js'
import { occurrencesIn } from '../guide/counts.js'
import { dreamTasks } from '../guide/fantasies.js'
import { featureNames, featuresOf } from '../guide/features.js'
import { type GuideNet, packGuideNet } from '../guide/net.js'
import type { Expression } from '../language/expression.js'
import { fragmentsByName, inline } from '../language/fragment.js'
import type { SolvedTraining } from '../learn.js'
import type { SynthesizerState } from '../state.js'
import type { SynthesisTask } from '../synthesizer.js'

/** How the net is trained. */
export interface TrainGuideOptions {
  /** @defaultValue `0` */
  readonly seed?: number | undefined
  /** Tasks made up beside the solved ones. @defaultValue `1_500` */
  readonly fantasies?: number | undefined
  /** @defaultValue `400` */
  readonly steps?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Copies of a solved task among the examples: it is real, and there are few. */
const copies = 4

/**
 * Trains the net of a guide on solved tasks and on tasks made up of what was learnt.
 *
 * A fifth of the made-up tasks is held out, and chooses the weights. It needs `onnxruntime-node`, an optional peer.
 *
 * @throws {@link TrainingError} (`models/training`) if the runtime is not there.
 * @throws The signal's reason if it aborts.
 */
export async function trainGuideNet(
  deps: { readonly clock: Pick<Clock, 'monotonic'> },
  solved: readonly SolvedTraining[],
  state: SynthesizerState,
  { seed = 0, fantasies = 1_500, steps = 400, signal }: TrainGuideOptions = {},
): Promise<GuideNet> {
  const fragments = fragmentsByName(state.library)
  const usedIn = (program: Expression): Set<string> =>
    new Set([program, inline(program, fragments)].flatMap(occurrencesIn).map(({ production }) => production))
  const rng = createRng(`fantasies ${seed}`)
  const dreams = dreamTasks(
    state,
    solved.map(({ task }) => task),
    { count: fantasies, rng },
  )
  const all = [...solved, ...dreams].map(({ task, program }) => ({ task, used: usedIn(program) }))
  const primitives = [...new Set(all.flatMap(({ used }) => [...used]))].sort()
  const asSolved = ({
    task,
    used,
  }: {
    readonly task: SynthesisTask
    readonly used: ReadonlySet<string>
  }): SolvedTask => ({
    group: '',
    features: featuresOf(task),
    uses: primitives.map((name) => used.has(name)),
  })
  const real = all.slice(0, solved.length).map(asSolved)
  const dreamt = all.slice(solved.length).map(asSolved)
  const heldOut = dreamt.filter((_, index) => index % 5 === 0)
  const training = [
    ...dreamt.filter((_, index) => index % 5 !== 0),
    ...Array.from({ length: copies }, () => real).flat(),
  ]
  const task = guideTask({ features: featureNames.map((name) => ({ name, meaning: name })), primitives }, training)
  const validation = guideTask({ features: task.reads, primitives }, heldOut.length > 0 ? heldOut : training)
  const { weights } = await train(deps, {
    net: task.net,
    sizes: task.sizes,
    seed,
    steps,
    signal,
    schedule: warmupCosine({ peak: 0.002, warmup: 20, steps }),
    data: shuffledBatches(
      task.examples([]).map(({ example }) => example),
      { seed, weights: task.weights },
    ),
    evaluation: {
      batches: orderedBatches(
        validation.examples([]).map(({ example }) => example),
        { rows: task.sizes.batch ?? 1, weights: task.weights },
      ),
      every: 50,
    },
  })
  return packGuideNet(primitives, weights, training)
}
