/** Learning by solving: search for programs, learn from those that are right what programs are like, and search again. */

import type { Clock } from '@salp/core'
import { addProgram, type CountGuideOptions, countGuide } from './guide/counts.js'
import { featuresOf } from './guide/features.js'
import { adjusted, type Guide } from './guide/guide.js'
import { evidenceOf, type GuideNet } from './guide/net.js'
import { learnWording, unlearnedWording, wordingNats } from './guide/wording.js'
import type { Expression } from './language/expression.js'
import { fragmentsByName, inline } from './language/fragment.js'
import { normalForm } from './language/normal-form.js'
import { Values } from './language/values.js'
import { learnLibrary } from './library/learn-library.js'
import { learnRankerFromTasks, type Others } from './rank/learn-from-tasks.js'
import { choicesIn } from './search/choices.js'
import { constantsFor, type Example } from './search/constants.js'
import { Grammar } from './search/grammar.js'
import { type SynthesizerState, unlearned } from './state.js'
import { createSynthesizer, type SynthesisTask, type Synthesizer } from './synthesizer.js'

/** A task to learn from. */
export interface TrainingTask extends SynthesisTask {
  readonly id: string
  /** Those of the examples that a solver is shown, where there are more: ranking is learnt from such tasks. @defaultValue all */
  readonly shown?: readonly Example[] | undefined
  /** Whether a program is right, on more than the examples; only right ones are learnt from. @defaultValue all are */
  readonly accepts?: ((source: string) => boolean | Promise<boolean>) | undefined
}

/** A task with a program that is right. */
export interface SolvedTraining {
  readonly task: TrainingTask
  /** Written without fragments. */
  readonly program: Expression
}

/** Trains the neural guide: see `trainGuideNet` of `/synthesis/node`. */
export type GuideTrainer = (
  solved: readonly SolvedTraining[],
  state: SynthesizerState,
  options: { readonly signal?: AbortSignal | undefined },
) => Promise<GuideNet>

/** What learning asks of the application. */
export interface LearnDeps {
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>
  /** @defaultValue no net is trained */
  readonly trainNet?: GuideTrainer | undefined
}

/** How learning goes. */
export interface LearnOptions {
  /** What is known already. @defaultValue {@link unlearned} */
  readonly state?: SynthesizerState | undefined
  /** Times that all tasks are gone through. @defaultValue `3` */
  readonly rounds?: number | undefined
  /** Candidate evaluations at most, for each task in each round. @defaultValue `200_000` */
  readonly budget?: number | undefined
  /** New fragments at most. @defaultValue `24` */
  readonly fragments?: number | undefined
  readonly onProgress?: ((progress: LearnProgress) => void) | undefined
  /** See {@link SynthesizerOptions.seed}. */
  readonly seed?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** How far learning is, after each task. */
export interface LearnProgress {
  readonly round: number
  readonly task: string
  /** Tasks gone through in this round, and all of them. */
  readonly done: number
  readonly tasks: number
  readonly solved: number
}

/** What was learnt. */
export interface Learnt {
  readonly state: SynthesizerState
  readonly solved: readonly SolvedTraining[]
  /** Tasks solved at the end of each round. */
  readonly rounds: readonly number[]
}

/**
 * Learns from tasks, by rounds.
 *
 * Awake, it searches for all tasks, those that are solved too. Asleep, it makes a library of what came up in the programs, counts
 * what stood where in them, weighs words, and has the net trained, if there is one. At last it learns to rank, from what it finds
 * with the shown examples alone. The counts and the library of the state that is given
 * stay, so that experience of others is not lost.
 *
 * @throws The signal's reason if it aborts.
 */
export async function learn(
  deps: LearnDeps,
  tasks: readonly TrainingTask[],
  options: LearnOptions = {},
): Promise<Learnt> {
  const {
    state: before = unlearned,
    rounds = 3,
    budget = 200_000,
    fragments = 24,
    seed = 0,
    signal,
    onProgress,
  } = options
  const solved = new Map<string, SolvedTraining>()
  const history: number[] = []
  // It takes the first that is right, whatever its rank.
  let state: SynthesizerState = { ...before, ranker: undefined }
  for (let round = 0; round < rounds; round++) {
    const synthesizer = learntSynthesizer(deps, state, { budget, seed })
    for (const [done, task] of tasks.entries()) {
      const found = await synthesizer.solve(task, { signal, accepts: task.accepts, attempts: 5 })
      // What was found with more knowledge is likelier to be how one would write it.
      if (found.status === 'found') {
        solved.set(task.id, { task, program: normalForm(inline(found.program, fragmentsByName(state.library))) })
      }
      onProgress?.({ round, task: task.id, done: done + 1, tasks: tasks.length, solved: solved.size })
    }
    history.push(solved.size)
    state = sleep(before, [...solved.values()], fragments)
    const net = await deps.trainNet?.([...solved.values()], state, { signal })
    if (net !== undefined) state = { ...state, net }
  }
  const ranked = tasks.flatMap((task) => (task.shown === undefined ? [] : [{ ...task, shown: task.shown }]))
  if (ranked.length > 0) {
    const learnFromOthers = (left: ReadonlySet<string>): Others => {
      const others = [...solved.values()].filter(({ task }) => !left.has(task.id))
      const known = sleep(before, others, fragments)
      return { library: known.library, guide: learntGuide(known) }
    }
    state = {
      ...state,
      ranker: await learnRankerFromTasks({ ...deps, signal }, ranked, { learnFromOthers, budget, seed }),
    }
  }
  return { state, solved: [...solved.values()], rounds: history }
}

/** Nodes that a fragment must save: one that saves less takes more from the productions it stands for than it gives. */
const leastSaved = 8

/** Learns library, counts and words from programs that are right. */
function sleep(before: SynthesizerState, solved: readonly SolvedTraining[], fragments: number): SynthesizerState {
  const { library, programs } = learnLibrary(
    solved.map(({ program }) => program),
    { library: before.library, most: fragments, least: leastSaved },
  )
  const rewritten = solved.map(({ task, program }, index) => ({ task, program: programs[index] ?? program }))
  const counts = rewritten.reduce(
    (sum, { task, program }) => addProgram(sum, program, task.signature.parameters.length),
    before.counts,
  )
  const worded = rewritten.map(({ task, program }) => {
    // What the program itself adds to the counts is no evidence for it.
    const others = countGuide(addProgram(counts, program, task.signature.parameters.length, -1))
    const options = { signature: task.signature, constants: constantsFor(task), library, guide: others }
    return { task, choices: choicesIn(program, new Grammar(new Values(), options)) }
  })
  return { ...before, library, counts, wording: learnWording(worded, library) }
}

/** How far what was learnt is trusted. */
export interface LearntOptions {
  /** Candidate evaluations at most. @defaultValue `200_000` */
  readonly budget?: number | undefined
  readonly counts?: CountGuideOptions | undefined
  /** How far the net is trusted. Range [0, 1]. @defaultValue `0.5` for a task without a statement, else `0`: words tell more */
  readonly trust?: number | undefined
  /** How far the words are. Range [0, 1]. @defaultValue `1` */
  readonly words?: number | undefined
  /** See {@link SynthesizerOptions.seed}. */
  readonly seed?: number | undefined
}

/** Creates a synthesizer that searches with what was learnt. */
export function learntSynthesizer(
  deps: LearnDeps,
  state: SynthesizerState,
  { budget, seed, ...trusted }: LearntOptions = {},
): Synthesizer {
  const { library, ranker } = state
  return createSynthesizer(deps, { budget, seed, library, ranker, guide: learntGuide(state, trusted) })
}

/** The guide of a state, for each task. */
export function learntGuide(
  { library, counts, wording = unlearnedWording, net }: SynthesizerState,
  { counts: options, trust, words = 1 }: Omit<LearntOptions, 'budget' | 'seed'> = {},
): (task: SynthesisTask) => Guide {
  const guide = countGuide(counts, options)
  return (task) => {
    const nats = new Map<string, number>()
    const speak = (evidence: ReadonlyMap<string, number>, weight: number): void => {
      for (const [production, strength] of evidence)
        nats.set(production, (nats.get(production) ?? 0) + weight * strength)
    }
    speak(wordingNats(wording, task, library), words)
    const trusted = trust ?? (task.statement === undefined ? 0.5 : 0)
    if (net !== undefined && trusted > 0) speak(evidenceOf(net, featuresOf(task)), trusted)
    return adjusted(guide, nats)
  }
}
