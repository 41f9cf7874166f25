/** Searches for functions that a person watches: each in a thread of its own, seen and stopped like all that goes on. */

import type { ActivitySource } from '@salp/agent'
import { type Clock, SalpError } from '@salp/core'
import type { Problem } from '@salp/eval'
import { openVerifier } from '@salp/eval/node'
import {
  type Example,
  type Expression,
  fragmentsByName,
  inline,
  type SynthesisProgress,
  type SynthesisTask,
  type Synthesizer,
} from '@salp/models/synthesis'
import { createSynthesizerThread, readSavedState } from '@salp/models/synthesis/node'

/** What is searched for, and how long. */
export interface SearchOrder {
  readonly task: SynthesisTask
  /** Candidates at most. */
  readonly budget: number
  readonly seed: number
  /** Whether the search uses what was learnt, if anything was. */
  readonly learnt: boolean
  /** A function that is known to fit: the search is for others that do something else. */
  readonly besides?: KnownFunction | undefined
}

/** A function, and what it gives where the examples say nothing. */
export interface KnownFunction {
  readonly source: string
  /** Others are told apart by these. */
  readonly probes: readonly Example[]
}

/** Another function that fits, and where it differs. */
export interface OtherFunction {
  readonly source: string
  readonly args: readonly unknown[]
  /** JSON of what it gives there, or what became of it. */
  readonly gives: string
}

/** What is told of a search while it goes on. */
export interface SearchProgress {
  readonly type: 'progress'
  readonly candidates: number
  readonly budget: number
  readonly ms: number
  /** The likeliest so far that fits. */
  readonly source: string | undefined
}

/** What came of a search. */
export type SearchOutcome = { readonly candidates: number; readonly ms: number } & (
  | {
      readonly type: 'found'
      readonly source: string
      /** Of primitives of the language alone, so that it runs without what was learnt. */
      readonly program: Expression
      /** −ln of its probability under the guide, in nats. */
      readonly cost: number
      /** Whether what was learnt guided the search. */
      readonly learnt: boolean
    }
  | { readonly type: 'exhausted' }
  /** The likeliest others that fit too and do something else; `same` more do the same on all probes. */
  | { readonly type: 'others'; readonly others: readonly OtherFunction[]; readonly same: number }
)

/** What the synthesizer knows beside its language. */
export interface LearntView {
  readonly fragments: number
  readonly net: boolean
}

/** The searches of a node. */
export interface Searches {
  /**
   * Searches until there is an outcome.
   *
   * @throws {@link SearchError} (`node/search-busy`) while as many run as may.
   * @throws ExampleError (`models/example`) if an example does not fit the types.
   * @throws {@link SearchError} (`node/search-stopped`) if it is stopped from elsewhere; the signal's reason if that aborts.
   */
  run(
    order: SearchOrder,
    options: { readonly signal: AbortSignal; readonly onProgress: (progress: SearchProgress) => void },
  ): Promise<SearchOutcome>
  /** What was learnt; nothing if nothing was yet. */
  learnt(): Promise<LearntView | undefined>
  /** Searches that go on. */
  readonly source: ActivitySource
  close(): Promise<void>
}

/** Searches side by side: each takes a core. */
const mostAtOnce = 2
/** Functions that are shown beside one that is known. */
const mostOthers = 3
/** Functions that are looked at for them. */
const mostAttempts = 24

interface Running {
  readonly name: string
  readonly since: number
  readonly stop: AbortController
  readonly ended: Promise<unknown>
  candidates: number
  readonly budget: number
}

/** Creates the searches of a node; `folder` is its home. */
export function createSearches(
  { clock, paused }: { readonly clock: Clock; readonly paused: () => string | undefined },
  { folder }: { readonly folder: string },
): Searches {
  const running = new Map<string, Running>()
  let count = 0

  const search = async (
    { task, budget, seed, learnt, besides }: SearchOrder,
    { signal, onProgress }: Parameters<Searches['run']>[1],
  ): Promise<SearchOutcome> => {
    const saved = learnt ? await readSavedState(folder) : undefined
    const began = clock.monotonic()
    await using thread = createSynthesizerThread({ budget, seed, state: saved?.state })
    const options = {
      signal,
      onProgress: ({ candidates, source }: SynthesisProgress) =>
        onProgress({ type: 'progress', candidates, budget, source, ms: clock.monotonic() - began }),
    }
    if (besides !== undefined) return await searchOthers(task, besides, { clock, thread, options })
    const found = await thread.solve(task, options)
    const { candidates, ms } = found
    if (found.status === 'exhausted') return { type: 'exhausted', candidates, ms }
    const program = inline(found.program, fragmentsByName(saved?.state.library ?? []))
    return {
      ...{ type: 'found', source: found.source, program, cost: found.cost, candidates, ms },
      learnt: saved !== undefined,
    }
  }

  return {
    async run(order, { signal, onProgress }) {
      const why = paused()
      if (why !== undefined) throw new SearchError('conflict', `Salp is paused: ${why}. Resume it first`)
      if (running.size >= mostAtOnce)
        throw new SearchError('busy', `${mostAtOnce} searches go on already: wait for one, or stop one under Now`)
      const stop = new AbortController()
      const id = `search:${++count}`
      const ended = Promise.withResolvers<void>()
      const mine: Running = {
        ...{ name: order.task.signature.name, since: clock.now(), stop, ended: ended.promise },
        ...{ candidates: 0, budget: order.budget },
      }
      running.set(id, mine)
      try {
        return await search(order, {
          signal: AbortSignal.any([signal, stop.signal]),
          onProgress(progress) {
            mine.candidates = progress.candidates
            onProgress(progress)
          },
        })
      } finally {
        running.delete(id)
        ended.resolve()
      }
    },
    async learnt() {
      const saved = await readSavedState(folder)
      return saved && { fragments: saved.state.library.length, net: saved.state.net !== undefined }
    },
    source: {
      list: () =>
        [...running].map(([id, { name, since, candidates, budget }]) => ({
          ...{ id, kind: 'search', title: `Searching for ${name}`, state: 'running', since, channel: 'studio' },
          detail: `Tried ${candidates.toLocaleString('en')} of ${budget.toLocaleString('en')} candidates`,
        })),
      stop: (id) => running.get(id)?.stop.abort(new SearchError('stopped', 'The search was stopped')),
    },
    async close() {
      const all = [...running.values()]
      for (const { stop } of all) stop.abort(new SearchError('stopped', 'The search was stopped: Salp ends'))
      await Promise.all(all.map(({ ended }) => ended))
    },
  }
}

/** Looks at what else fits, until enough of it behaves otherwise: it is run in a sandbox, on inputs beyond the examples. */
async function searchOthers(
  task: SynthesisTask,
  { source: known, probes }: KnownFunction,
  {
    clock,
    thread,
    options,
  }: {
    readonly clock: Clock
    readonly thread: Synthesizer
    readonly options: { readonly signal: AbortSignal; readonly onProgress: (progress: SynthesisProgress) => void }
  },
): Promise<SearchOutcome> {
  const others: OtherFunction[] = []
  let same = 0
  const verifier = openVerifier({ clock }, { concurrency: 1 })
  const problem: Problem = {
    ...{ id: 'others', tier: 0, title: '', tags: [], statement: '', split: 'train', starter: '', mutants: [] },
    ...{ signature: task.signature, examples: probes as Problem['examples'], tests: [], reference: undefined },
  }
  try {
    const { candidates, ms } = await thread.solve(task, {
      ...options,
      attempts: mostAttempts,
      async accepts(source) {
        if (source === known) return false
        const { signal } = options
        const [verdict] = await verifier.verify([{ problem, source }], { signal, types: false, cases: 'examples' })
        if (verdict?.status === 'pass') same++
        else if (verdict?.example !== undefined)
          others.push({ source, args: verdict.example.args, gives: verdict.example.actual })
        return others.length === mostOthers
      },
    })
    return { type: 'others', others, same, candidates, ms }
  } finally {
    await verifier.close()
  }
}

/** A search that cannot begin, or was ended: `node/search-busy`, `node/search-conflict` or `node/search-stopped`. */
class SearchError extends SalpError {
  constructor(condition: 'busy' | 'conflict' | 'stopped', why: string) {
    super(`node/search-${condition}`, why)
  }
}
