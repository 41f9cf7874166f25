/** A run of the benchmark: picks problems, makes the solver, which learns where asked, and records what comes of each. */

import {
  type BenchmarkHistory,
  exampleSolver,
  type Problem,
  type ProblemResult,
  pickProblems,
  runBenchmark,
  type Solver,
} from '@salp/eval'
import { loadProblems, openVerifier } from '@salp/eval/node'
import { exampleSearch, knowledgeName, searchName } from '@salp/models/synthesis'
import {
  createSynthesizerThread,
  readSavedState,
  type SavedState,
  type SynthesizerThread,
  saveState,
} from '@salp/models/synthesis/node'
import { UsageError } from '../cli-errors.js'
import { readSettings } from '../doctor/settings.js'
import { type Invocation, note } from '../invocation.js'
import { findCodeModel } from './code-model.js'
import { findCutOff, nextRunId } from './history.js'
import { learnSynthesizer, lessonOf } from './learn-synthesizer.js'
import { createModelSolver } from './model-solver.js'
import { type ModelSolverName, modelSolvers } from './solver-names.js'

/** What a run is asked for. */
export interface BenchRequest {
  /** Folder of the problems. */
  readonly problems: string
  readonly tiers: readonly number[]
  readonly half: 'train' | 'test' | 'all'
  /** Candidates for each problem. */
  readonly budget: number
  readonly seed: number
  /** Answers to each problem. */
  readonly attempts: number
  /** @defaultValue `synthesizer` if it learnt anything */
  readonly solver: 'synthesizer' | 'synthesizer-untrained' | ModelSolverName | undefined
  /** Name and endpoint of a language model. @defaultValue those of the settings */
  readonly model: string | undefined
  readonly modelUrl: string | undefined
  /** Of a model: repairs after the first answer, samples, or sketches. */
  readonly tries: number
  readonly learn: boolean
  /** Rounds of learning. */
  readonly rounds: number
  /** Problems at most, drawn by the seed. @defaultValue all */
  readonly limit: number | undefined
}

/**
 * Runs the benchmark, or goes on with a run of the same solver over the same problems that was cut off.
 *
 * @returns The id of the run, and its results.
 * @throws {@link UsageError} (`cli/usage`) if nothing is left to try, or nothing was learnt where that is asked for.
 * @throws The signal's reason if it aborts.
 */
export async function runBench(
  invocation: Invocation,
  history: BenchmarkHistory,
  request: BenchRequest,
): Promise<{ readonly id: string; readonly results: readonly ProblemResult[] }> {
  const { io, json, signal, statusLine } = invocation
  const { clock } = io
  const { budget, seed } = request
  const all = await loadProblems(request.problems)
  const problems = pickProblems(all, request)
  if (problems.length === 0)
    throw new UsageError('Cannot run the benchmark: no problem is of those tiers and that half')

  const verifier = openVerifier({ clock })
  try {
    const saved = await learnt(invocation, verifier, all, request)
    await using thread = createSynthesizerThread({ budget, seed, state: saved?.state })
    const solver = await solverOf(invocation, { request, saved, thread, all, history })
    const plan = problems.map((problem) => problem.id)
    const cutOff = findCutOff(history, solver.name, plan)
    const id = cutOff?.id ?? nextRunId(history)
    if (cutOff !== undefined) note(invocation, `Going on with run ${id}, which was cut off`)
    const results = await runBenchmark(
      {
        ...{ solver, verifier, history, clock },
        events: {
          publish: (event, told) => {
            if (event !== 'benchmark:attempted' || !('passed' in told) || json) return
            const { problem, passed, recorded } = told
            note(invocation, `${String(recorded).padStart(4)} of ${plan.length}  ${passed ? '✓' : '✗'} ${problem}`)
          },
        },
      },
      {
        run: id,
        problems,
        budget: { attempts: attemptsOf(request), candidates: budget },
        sampling: sampling(request),
        signal,
      },
    )
    return { id, results }
  } finally {
    statusLine.clear()
    await verifier.close()
  }
}

/** A repair is an answer too, which counts for pass@k. */
function attemptsOf({ solver, attempts, tries }: BenchRequest): number {
  return solver === 'repair' ? tries + 1 : attempts
}

/** The solver that is asked for; its name says all that makes it what it is. */
async function solverOf(
  { io, home, signal, statusLine }: Invocation,
  {
    request,
    saved,
    thread,
    all,
    history,
  }: {
    readonly request: BenchRequest
    readonly saved: SavedState | undefined
    readonly thread: SynthesizerThread
    readonly all: readonly Problem[]
    readonly history: BenchmarkHistory
  },
): Promise<Solver> {
  const { solver, budget, seed, attempts, tries, model: name, modelUrl } = request
  if (!asksModel(solver)) {
    return exampleSolver(exampleSearch(thread, searchName({ lesson: saved?.lesson, budget, seed, attempts })), {
      onProgress: (problem, candidates) => statusLine.show(`${problem}: ${candidates.toLocaleString('en')} candidates`),
    })
  }
  const { settings, finding } = readSettings(home.config, io.environment)
  if (finding.status === 'fail') throw new UsageError(`Cannot read the settings in ${home.config}: see salp doctor`)
  // The key is of the endpoint it is set for, and of no other.
  const asked =
    modelUrl === undefined || modelUrl === settings.model.url
      ? { ...settings.model, name: name ?? settings.model.name }
      : { url: modelUrl, name, detect: false }
  const model = await findCodeModel(io, asked, signal)
  const filler = exampleSearch(thread, `${knowledgeName(saved?.lesson)}, budget ${budget}`)
  return createModelSolver(solver, { model, problems: all, solutions: history.solutions(), filler }, { tries })
}

function asksModel(solver: BenchRequest['solver']): solver is ModelSolverName {
  return modelSolvers.some((name) => name === solver)
}

function sampling({ limit }: BenchRequest): 'all' | 'random' {
  return limit === undefined ? 'all' : 'random'
}

/** What the solver knows: learnt now, learnt before, or nothing. */
async function learnt(
  invocation: Invocation,
  verifier: ReturnType<typeof openVerifier>,
  all: readonly Problem[],
  { solver, learn, budget, seed, rounds }: BenchRequest,
): Promise<SavedState | undefined> {
  const { io, home, signal, statusLine } = invocation
  const learns = solver === undefined || solver === 'synthesizer' || solver === 'hybrid'
  if (!learns) {
    if (learn) throw new UsageError(`Cannot learn for "${solver}": leave out --learn, or the solver`)
    return undefined
  }
  const saved = await readSavedState(home.path)
  if (!learn) {
    if (saved === undefined && solver === 'synthesizer')
      throw new UsageError('The synthesizer has learnt nothing yet: add --learn')
    return saved
  }
  const training = all.filter(({ tier, split }) => tier === 0 && split === 'train')
  const lesson = { budget, seed, rounds }
  if (saved?.lesson === lessonOf(training, lesson)) {
    note(invocation, 'This was learnt before')
    return saved
  }
  const found = await learnSynthesizer({ clock: io.clock, verifier }, training, {
    ...lesson,
    signal,
    onProgress({ round, done, tasks, solved }) {
      const place = `round ${round + 1} of ${rounds}`
      if (done < tasks) statusLine.show(`Learning, ${place}: ${done} of ${tasks}, ${solved} solved`)
      else note(invocation, `Learning, ${place}: ${solved} of ${tasks} solved`)
    },
  })
  await saveState(home.path, found)
  note(
    invocation,
    `Learnt from ${training.length} problems: solved ${found.rounds.join(', then ')}; ${found.state.library.length} fragments`,
  )
  return found
}
