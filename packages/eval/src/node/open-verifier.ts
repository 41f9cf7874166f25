/** Proves candidates: types checked in threads, hidden tests run in processes, their answers compared here. */

import { availableParallelism } from 'node:os'
import { type Clock, SalpError } from '@salp/core'
import { type Data, sameData } from '../problems/data.js'
import { generateArguments } from '../problems/generate.js'
import { type Problem, type ProblemCase, parametersOf } from '../problems/problem.js'
import type { Candidate, FailedExample, Verdict, Verifier, VerifyOptions } from '../verify/verifier.js'
import { type Checked, openChecker } from './checker.js'
import { openSandbox, type Sandbox, type SandboxRun } from './sandbox.js'
import type { Outcome } from './sandbox-child.js'

/** How much a verifier uses. */
export interface OpenVerifierOptions {
  /** Candidates that run side by side. @defaultValue one per core */
  readonly concurrency?: number | undefined
  /** Seeds the generated arguments. @defaultValue `'salp'` */
  readonly seed?: string | undefined
  /** Longest check of one candidate's types, in ms. @defaultValue `10_000` */
  readonly checkTimeoutMs?: number | undefined
}

/** Sources that are checked in one program. */
const batchSize = 128

const defaults = { timeoutMs: 2_000, memoryMb: 256 }

/**
 * Opens a verifier. Threads and processes start when they are first needed; they do not keep this process alive, but `close`
 * ends them.
 */
export function openVerifier(deps: { readonly clock: Clock }, options: OpenVerifierOptions = {}): Verifier {
  const { concurrency = availableParallelism(), seed = 'salp', checkTimeoutMs = 10_000 } = options
  const checkers = pool(Math.max(1, Math.ceil(concurrency / 2)), () => openChecker(deps, { timeoutMs: checkTimeoutMs }))
  const inSlot = limiter(concurrency)
  const sandboxes = new Map<number, ReturnType<typeof pool<Sandbox>>>()
  let closed = false
  const generatedOf = new WeakMap<Problem, Promise<ProblemCase[]>>()

  const run = (
    { limits, signature }: Problem,
    code: string,
    inputs: readonly (readonly Data[])[],
    options: {
      readonly visible: number
      readonly signal: AbortSignal | undefined
    },
  ): Promise<SandboxRun> => {
    const { timeoutMs = defaults.timeoutMs, memoryMb = defaults.memoryMb } = limits ?? {}
    let sized = sandboxes.get(memoryMb)
    if (sized === undefined) {
      sized = pool(concurrency, () => openSandbox(deps, { memoryMb }))
      sandboxes.set(memoryMb, sized)
    }
    const { use } = sized
    const job = {
      code,
      name: signature.name,
      inputs: inputs.map((args) => JSON.stringify(args)),
      visible: options.visible,
    }
    return inSlot(() => use((sandbox) => sandbox.run(job, { timeoutMs, signal: options.signal })))
  }

  /** Cases whose results the reference gives; found out once a problem. */
  const generated = (problem: Problem, signal: AbortSignal | undefined): Promise<ProblemCase[]> => {
    const known = generatedOf.get(problem)
    if (known !== undefined) return known
    const cases = casesByReference(problem, signal)
    generatedOf.set(problem, cases)
    // A later call may succeed where this one was aborted.
    cases.catch(() => generatedOf.delete(problem))
    return cases
  }

  const casesByReference = async (problem: Problem, signal: AbortSignal | undefined): Promise<ProblemCase[]> => {
    const { id, reference } = problem
    const inputs = generateArguments(problem, seed)
    if (inputs.length === 0) return []
    if (reference === undefined) throw new BrokenReferenceError(id, 'there is none, and results are to be generated')
    const [checked] = await checkers.use((checker) =>
      checker.check({ items: [{ source: reference, expects: '' }], types: false }, { signal }),
    )
    if (checked?.status !== 'checked') throw new BrokenReferenceError(id, checked?.message ?? 'it was not compiled')
    const { status, outcomes, message } = await run(problem, checked.code, inputs, { visible: 0, signal })
    if (status !== 'ran') throw new BrokenReferenceError(id, message)
    return inputs.map((args, index): ProblemCase => {
      const outcome = outcomes[index] ?? ''
      if (outcome.startsWith('V')) return { args, returns: decode(outcome) }
      if (outcome.startsWith('T')) return { args, throws: true }
      throw new BrokenReferenceError(id, `it gives ${outcome.slice(1)} for ${JSON.stringify(args)}`)
    })
  }

  const judge = async (
    problem: Problem,
    checked: Checked,
    { signal, cases = 'all' }: VerifyOptions,
  ): Promise<Verdict> => {
    if (checked.status === 'refused') return { status: 'type-error', message: checked.message, example: undefined }
    if (checked.status !== 'checked') {
      const status = checked.status === 'too-long' ? 'timeout' : 'crash'
      return { status, message: checked.message, example: undefined }
    }
    const { examples, tests } = problem
    const hidden = cases === 'all' ? [...tests, ...(await generated(problem, signal))] : []
    const all = [...examples, ...hidden]
    const visible = examples.length
    const ran = await run(
      problem,
      checked.code,
      all.map(({ args }) => args),
      { visible, signal },
    )
    return verdictOf(problem, all, ran)
  }

  return {
    async verify(candidates, options = {}) {
      const { signal, onVerdict, types = true } = options
      signal?.throwIfAborted()
      if (closed) throw new RangeError('Cannot verify: the verifier is closed')
      const verdicts: Verdict[] = []
      const failed = new AbortController()
      const joined = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal])
      const verifyBatch = async (first: number): Promise<void> => {
        const batch = candidates.slice(first, first + batchSize)
        const checked = await checkers.use((checker) =>
          checker.check({ items: batch.map(itemOf), types }, { signal: joined }),
        )
        await Promise.all(
          batch.map(async ({ problem }, offset) => {
            const found = checked[offset]
            if (found === undefined) return
            const verdict = await judge(problem, found, { ...options, signal: joined })
            verdicts[first + offset] = verdict
            onVerdict?.(first + offset, verdict)
          }),
        )
      }
      const batches = Array.from({ length: Math.ceil(candidates.length / batchSize) }, (_, index) =>
        verifyBatch(index * batchSize),
      )
      try {
        await Promise.all(batches)
      } catch (error) {
        // What else runs is ended, and waited for, before the first failure is told.
        failed.abort(error)
        await Promise.allSettled(batches)
        throw error
      }
      return verdicts
    },
    async close() {
      closed = true
      await Promise.all([checkers, ...sandboxes.values()].map(({ close }) => close()))
    },
  }
}

function itemOf({ problem: { signature }, source }: Candidate): { source: string; expects: string } {
  const type = `(${parametersOf(signature)}) => ${signature.returns}`
  return {
    source,
    expects: `import { ${signature.name} } from './solution.js'\nexport const expected: ${type} = ${signature.name}\n`,
  }
}

function verdictOf(
  { examples, tolerance }: Problem,
  cases: readonly ProblemCase[],
  { status, outcomes, message }: SandboxRun,
): Verdict {
  const failures = cases.flatMap((found, index) => {
    const outcome = outcomes[index]
    return outcome !== undefined && meets(found, outcome, tolerance) ? [] : [index]
  })
  const first = failures[0]
  const failed = first === undefined ? undefined : examples[first]
  const example = failed && exampleOf(failed, outcomes[first ?? 0] ?? `N${message}`)
  if (status !== 'ran') return { status, message, example }
  if (first === undefined) return { status: 'pass', message: '', example: undefined }
  return {
    status: 'test-failure',
    message: example === undefined ? 'It passes the examples, and fails a hidden test' : '',
    example,
  }
}

function meets(found: ProblemCase, outcome: Outcome, tolerance: number | undefined): boolean {
  if ('throws' in found) return outcome.startsWith('T')
  return outcome.startsWith('V') && sameData(decode(outcome), found.returns, tolerance)
}

/** Longest value shown, in UTF-16 units. */
const longestShown = 500

function exampleOf(found: ProblemCase, outcome: Outcome): FailedExample {
  const expected = 'throws' in found ? 'an error' : JSON.stringify(found.returns)
  const said = outcome.slice(1, 1 + longestShown)
  const actual = outcome.startsWith('T') ? `threw: ${said}` : outcome.startsWith('X') ? `returned ${said}` : said
  return { args: found.args, expected, actual }
}

function decode(outcome: Outcome): Data {
  return JSON.parse(outcome.slice(1)) as Data
}

/** Things made when they are needed, each used by one at a time. */
function pool<T extends { close(): Promise<void> }>(
  size: number,
  create: () => T,
): {
  use<R>(work: (item: T) => Promise<R>): Promise<R>
  close(): Promise<void>
} {
  const all: T[] = []
  const idle: T[] = []
  const inSlot = limiter(size)
  return {
    use: (work) =>
      inSlot(async () => {
        let item = idle.pop()
        if (item === undefined) {
          item = create()
          all.push(item)
        }
        try {
          return await work(item)
        } finally {
          idle.push(item)
        }
      }),
    async close() {
      await Promise.all(all.map((item) => item.close()))
    },
  }
}

/** Runs work as soon as fewer than `size` others run, in the order of asking. */
function limiter(size: number): <R>(work: () => Promise<R>) => Promise<R> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= size) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}

/** A reference that cannot say what is right. */
export class BrokenReferenceError extends SalpError {
  readonly problem: string
  constructor(problem: string, reason: string) {
    super('eval/reference', `Cannot use the reference of "${problem}": ${reason}`)
    this.problem = problem
  }
}
