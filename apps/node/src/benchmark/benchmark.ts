/** The benchmark in a node: one run at a time, watched and stopped from Studio, recorded where `salp bench` records. */

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ActivitySource } from '@salp/agent'
import { type Clock, describeError, type Logger, migrate } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import {
  type BenchmarkRun,
  evalMigrations,
  exampleSolver,
  openBenchmarkHistory,
  type Problem,
  type ProblemResult,
  pickProblems,
  runBenchmark,
} from '@salp/eval'
import { findFixtures, loadProblems, openVerifier } from '@salp/eval/node'
import { exampleSearch, parseSearchName, type SearchSettings, searchName } from '@salp/models/synthesis'
import { createSynthesizerThread, readSavedState, type SavedState } from '@salp/models/synthesis/node'
import { BenchmarkError, type HistoryViews, openHistoryViews } from './history.js'
import { type BenchmarkOrder, settingsOf } from './order.js'

/** The run that goes on. */
export interface JobView {
  readonly run: string
  readonly solver: string
  readonly state: 'running' | 'stopping'
  /** One letter a problem, in the order of the plan: `p`assed, `f`ailed, `u`navailable, `.` not tried yet. */
  readonly outcomes: string
  readonly current: { readonly problem: string; readonly candidates: number } | undefined
  /** What is left at the pace of this session, in ms; none before the first problem. */
  readonly leftMs: number | undefined
}

/** How the last run came to its end, as long as the process lives. */
export interface LastJob {
  readonly run: string
  readonly how: 'ended' | 'stopped' | 'failed'
  readonly why: string | undefined
}

/** What goes on now. */
export interface LiveView {
  readonly job: JobView | undefined
  readonly last: LastJob | undefined
}

/** What can be run here. */
export interface BenchmarkView extends LiveView {
  /** None where there is no folder of them; why, where one of them is broken. */
  readonly problems:
    | { readonly tiers: readonly { readonly tier: number; readonly train: number; readonly test: number }[] }
    | { readonly broken: string }
    | undefined
  /** What the synthesizer learnt; none if it learnt nothing. */
  readonly lesson: string | undefined
}

/** The benchmark of a node. */
export interface Benchmark {
  view(): Promise<BenchmarkView>
  live(): LiveView
  /** Calls back on every change of {@link Benchmark.live}. @returns What ends it. */
  subscribe(callback: () => void): () => void
  /**
   * Begins a run, or goes on with one of the same solver over the same problems that was cut off.
   *
   * @returns Its id.
   * @throws {@link BenchmarkError} (`node/benchmark-busy` while one runs, `-conflict` while paused, `-invalid` if nothing fits).
   */
  start(order: BenchmarkOrder): Promise<string>
  /** Goes on with a run that was cut off. @throws {@link BenchmarkError}, as {@link Benchmark.start}, and `-unknown`. */
  resume(id: string): Promise<string>
  /** Ends the run after what is recorded; it can be gone on with. */
  stop(): void
  /** Problems, loaded once; none if there are none. @throws ProblemError (`eval/problem`) if one is broken. */
  problems(): Promise<readonly Problem[]>
  history(): HistoryViews
  readonly source: ActivitySource
  close(): Promise<void>
}

/** What the benchmark asks of the node. */
export interface BenchmarkDeps {
  readonly clock: Clock
  readonly log: Logger
  /** Why nothing may run now. */
  readonly paused: () => string | undefined
}

interface Job {
  readonly run: string
  readonly settings: SearchSettings
  readonly plan: readonly string[]
  readonly outcomes: string[]
  readonly since: number
  readonly stop: AbortController
  ended: Promise<void>
  current: JobView['current']
  /** Problems tried in this session, and how long that took. */
  tried: number
  begun: number
}

/** Opens it; nothing is read before it is needed. `folder` is the home folder, `problems` one that is set. */
export function openBenchmark(
  { clock, log, paused }: BenchmarkDeps,
  { folder, problems: asked }: { readonly folder: string; readonly problems?: string | undefined },
): Benchmark {
  const subscribers = new Set<() => void>()
  const changed = (): void => {
    for (const callback of subscribers) callback()
  }
  let opened: ReturnType<typeof open> | undefined
  const store = () => {
    opened ??= open(join(folder, 'bench.db'))
    return opened
  }
  const findProblems = (): string | undefined => {
    if (asked === undefined) return findFixtures('problems', fileURLToPath(import.meta.url))
    return existsSync(asked) ? resolve(asked) : undefined
  }
  let loaded: Promise<Problem[]> | undefined
  const problems = async (): Promise<readonly Problem[]> => {
    const place = findProblems()
    if (place === undefined) return []
    const loading = loaded ?? loadProblems(place)
    loaded = loading
    // A folder that was broken may be mended.
    loading.catch(() => {
      loaded = undefined
    })
    return loading
  }
  let job: Job | undefined
  let last: LastJob | undefined
  /** Between the order and the first problem. */
  let preparing = false

  const live = (): LiveView => ({ job: job && viewOfJob(job, clock), last })

  const prepare = async <T>(work: () => Promise<T>): Promise<T> => {
    const why = paused()
    if (why !== undefined) throw new BenchmarkError('conflict', `Salp is paused: ${why}. Resume it first`)
    if (job !== undefined || preparing) throw new BenchmarkError('busy', 'A run goes on already: one at a time')
    preparing = true
    try {
      return await work()
    } finally {
      preparing = false
    }
  }

  /** Starts the work on a run, and leaves it to itself. */
  const launch = (
    run: Pick<BenchmarkRun, 'id' | 'sampling'> & { readonly problems: readonly Problem[] },
    settings: SearchSettings,
    saved: SavedState | undefined,
  ): string => {
    const { history } = store()
    const known = new Map(history.run(run.id) === undefined ? [] : history.results(run.id).map(byProblem))
    const plan = history.run(run.id)?.plan ?? run.problems.map(({ id }) => id)
    const mine: Job = {
      ...{ run: run.id, settings, plan, since: clock.now(), stop: new AbortController(), current: undefined },
      ...{ outcomes: plan.map((id) => letterOf(known.get(id))), tried: 0, begun: clock.monotonic() },
      ended: Promise.resolve(),
    }
    job = mine
    mine.ended = work(mine, run, saved).then(
      () => finish(mine, 'ended'),
      (error: unknown) => {
        if (mine.stop.signal.aborted) return finish(mine, 'stopped')
        log.error('A run of the benchmark failed', { run: run.id, error })
        finish(mine, 'failed', describeError(error))
      },
    )
    changed()
    return run.id
  }

  const work = async (
    mine: Job,
    run: Pick<BenchmarkRun, 'id' | 'sampling'> & { readonly problems: readonly Problem[] },
    saved: SavedState | undefined,
  ): Promise<void> => {
    const { budget, seed, attempts } = mine.settings
    const { history } = store()
    const { signal } = mine.stop
    const verifier = openVerifier({ clock }, { concurrency: 1 })
    try {
      await using thread = createSynthesizerThread({ budget, seed, state: saved?.state })
      const solver = exampleSolver(exampleSearch(thread, searchName(mine.settings)), {
        onProgress(problem, candidates) {
          mine.current = { problem, candidates }
          changed()
        },
      })
      const watched: typeof solver = {
        name: solver.name,
        solve(problem, options) {
          mine.current = { problem: problem.id, candidates: 0 }
          changed()
          return solver.solve(problem, options)
        },
      }
      await runBenchmark(
        {
          ...{ solver: watched, verifier, history, clock },
          events: {
            publish(event, told) {
              if (event !== 'benchmark:attempted' || !('passed' in told)) return
              const { problem, status, passed } = told
              mine.outcomes[mine.plan.indexOf(problem)] = status === 'unavailable' ? 'u' : passed ? 'p' : 'f'
              mine.tried++
              changed()
            },
          },
        },
        {
          ...{ run: run.id, problems: run.problems, sampling: run.sampling, signal },
          budget: { attempts, candidates: budget },
        },
      )
    } finally {
      await verifier.close()
    }
  }

  const finish = (mine: Job, how: LastJob['how'], why?: string): void => {
    last = { run: mine.run, how, why }
    job = undefined
    changed()
  }

  return {
    async view() {
      const place = findProblems()
      const [saved, found] = await Promise.all([
        readSavedState(folder),
        problems().then(
          (all) => ({ tiers: tiersOf(all) }),
          (error: unknown) => ({ broken: describeError(error) }),
        ),
      ])
      return { ...live(), problems: place === undefined ? undefined : found, lesson: saved?.lesson }
    },
    live,
    subscribe(callback) {
      subscribers.add(callback)
      return () => subscribers.delete(callback)
    },
    start: (order) =>
      prepare(async () => {
        const saved = order.solver === 'synthesizer' ? await readSavedState(folder) : undefined
        if (order.solver === 'synthesizer' && saved === undefined)
          throw new BenchmarkError(
            'invalid',
            'The synthesizer has learnt nothing yet: "salp bench run --learn" teaches it',
          )
        const picked = pickProblems(await problems(), order)
        if (picked.length === 0) throw new BenchmarkError('invalid', 'No problem is of those tiers and that half')
        const { history } = store()
        const settings = settingsOf(order, saved)
        const plan = JSON.stringify(picked.map(({ id }) => id))
        const cutOff = history
          .runs({ solver: searchName(settings) })
          .find((run) => run.endedAt === undefined && JSON.stringify(run.plan) === plan)
        // Runs are numbered from 1.
        const next = String(Number(history.runs({ limit: 1 })[0]?.id ?? 0) + 1)
        const sampling = order.limit === undefined ? 'all' : 'random'
        return launch({ id: cutOff?.id ?? next, sampling, problems: picked }, settings, saved)
      }),
    resume: (id) =>
      prepare(async () => {
        const { history, views } = store()
        const { plan, solver, sampling, endedAt } = views.run(id)
        if (endedAt !== undefined) throw new BenchmarkError('conflict', `Run ${id} has ended`)
        const settings = parseSearchName(solver)
        if (settings === undefined)
          throw new BenchmarkError('conflict', `Run ${id} is of another solver: go on with it by "salp bench run"`)
        const saved = settings.lesson === undefined ? undefined : await readSavedState(folder)
        if (settings.lesson !== undefined && !saved?.lesson.startsWith(settings.lesson))
          throw new BenchmarkError('conflict', `Run ${id} used what was learnt then; something else was learnt since`)
        const planned = new Set(plan)
        const left = (await problems()).filter((problem) => planned.has(problem.id))
        const tried = new Set(history.results(id).map(({ problem }) => problem))
        const present = new Set(left.map((problem) => problem.id))
        const missing = plan.find((problem) => !present.has(problem) && !tried.has(problem))
        if (missing !== undefined)
          throw new BenchmarkError('conflict', `Run ${id} planned the problem "${missing}", which is not here`)
        return launch({ id, sampling, problems: left }, settings, saved)
      }),
    stop() {
      job?.stop.abort()
      changed()
    },
    problems,
    history: () => store().views,
    source: {
      list: () =>
        job === undefined
          ? []
          : [
              {
                ...{ id: `benchmark:${job.run}`, kind: 'benchmark', title: `Benchmark, run ${job.run}` },
                ...{ state: 'running', since: job.since, detail: wordsOf(job) },
              },
            ],
      stop(id) {
        if (id === `benchmark:${job?.run}`) job?.stop.abort()
        changed()
      },
    },
    async close() {
      job?.stop.abort()
      await job?.ended
      opened?.close()
    },
  }
}

function open(path: string) {
  const db = openDatabase(path)
  migrate(db, 'eval', evalMigrations)
  const history = openBenchmarkHistory(db)
  return { history, views: openHistoryViews(history), close: () => db.close() }
}

function byProblem(result: ProblemResult): [string, ProblemResult] {
  return [result.problem, result]
}

function letterOf(result: ProblemResult | undefined): string {
  if (result === undefined) return '.'
  if (result.status === 'unavailable') return 'u'
  return result.attempts[0]?.verdict === 'pass' ? 'p' : 'f'
}

function viewOfJob({ run, settings, stop, outcomes, current, tried, begun }: Job, clock: Clock): JobView {
  const left = outcomes.filter((letter) => letter === '.').length
  return {
    ...{ run, solver: searchName(settings), outcomes: outcomes.join(''), current },
    state: stop.signal.aborted ? 'stopping' : 'running',
    leftMs: tried === 0 ? undefined : ((clock.monotonic() - begun) / tried) * left,
  }
}

function wordsOf({ outcomes }: Job): string {
  const of = (letter: string): number => outcomes.filter((other) => other === letter).length
  return `Tried ${outcomes.length - of('.')} of ${outcomes.length} problems, solved ${of('p')}`
}

function tiersOf(all: readonly Problem[]): { tier: number; train: number; test: number }[] {
  const tiers = [...new Set(all.map(({ tier }) => tier))].sort((a, b) => a - b)
  return tiers.map((tier) => {
    const own = all.filter((problem) => problem.tier === tier)
    const test = own.filter(({ split }) => split === 'test').length
    return { tier, train: own.length - test, test }
  })
}
