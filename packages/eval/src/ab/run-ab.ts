/** Runs a study: the control first, then all cells side by side, task by task, until a look stops it. */

import { type Clock, createRng, describeError } from '@salp/core'
import { analyseStudy, sequentialOf } from './analyse.js'
import { type Cell, cellName } from './design.js'
import { hasToolMarkup, isAttempt, type Judge, median } from './judge.js'
import { cellsOf, type SealedPlan } from './plan.js'
import { parseStudy, type Study, type StudyRecord, type Trial, trialKey } from './records.js'

/** A task of a study. */
export interface AbTask {
  readonly id: string
  readonly prompt: string
  /** By what a reply is right. */
  readonly rubric: string
}

/** What came of one task in one cell. */
export interface AbReply {
  readonly text: string
  readonly costUsd: number
  readonly latencyMs: number
  /** Tool calls that were made. */
  readonly calls: number
  /** Whether checks of what was done passed, for a judge that goes by them. */
  readonly passed?: boolean | undefined
}

/** What is studied. */
export interface Subject {
  /**
   * Does a task in a cell.
   *
   * @param seed - The same for all cells that are compared.
   * @throws What kept it from trying: the trial is left out, for all to see.
   */
  run(task: AbTask, cell: Cell, options: { readonly seed: string; readonly signal: AbortSignal }): Promise<AbReply>
}

/** Where the record is kept: lines that are never changed. */
export interface RecordLog {
  /** All that was appended, by earlier processes too. */
  read(): Promise<string>
  /** Appends a whole line, and its end. */
  append(line: string): Promise<void>
}

/** What a study asks for. */
export interface AbDeps {
  readonly subject: Subject
  /** Those that the plan names. */
  readonly judges: readonly Judge[]
  readonly log: RecordLog
  readonly clock: Pick<Clock, 'now'>
}

/** How a study ended. */
export interface AbOutcome {
  /** `called-off`: the control differed from itself by more than the plan allows. `stopped`: at a look before the last. */
  readonly status: 'completed' | 'stopped' | 'called-off'
  readonly study: Study
}

/** Longest part of a reply that is kept, in UTF-16 units. */
const longestPreview = 500

/**
 * Runs a study to its end, or to the look that stops it; goes on where its record ends.
 *
 * Within a task and seed the order of cells is drawn by the plan's hash, so that what drifts falls on none of them; so is the order
 * of tasks, where one looks after each. A reply is right if the median of its judges is ½ or more.
 *
 * @throws RangeError if a task or judge of the plan is not given.
 * @throws The signal's reason if it aborts; what was recorded stays.
 */
export async function runAb(
  { subject, judges, log, clock }: AbDeps,
  {
    sealed,
    tasks,
    signal = new AbortController().signal,
  }: {
    readonly sealed: SealedPlan
    readonly tasks: readonly AbTask[]
    readonly signal?: AbortSignal | undefined
  },
): Promise<AbOutcome> {
  const { plan, sha256 } = sealed
  const taskOf = new Map(tasks.map((task) => [task.id, task]))
  const panel = plan.judges.map((name) => judges.find((judge) => judge.name === name))
  const missing = [
    ...plan.tasks.filter((id) => !taskOf.has(id)),
    ...plan.judges.filter((_, index) => panel[index] === undefined),
  ]
  if (missing.length > 0) throw new RangeError(`Cannot run the study "${plan.study}": ${missing.join(', ')} not given`)

  const append = (record: StudyRecord): Promise<void> => log.append(JSON.stringify(record))
  const text = await log.read()
  if (text === '') await append({ type: 'plan', plan, sha256 })
  const before = await parseStudy(await log.read())
  if (before.sha256 !== sha256)
    throw new RangeError(`Cannot run the study "${plan.study}": the record is of another plan`)
  const done = new Set([...before.trials, ...before.excluded].map(trialKey))
  const trials = [...before.trials]

  const attempt = async (
    key: Pick<Trial, 'phase' | 'task' | 'seed' | 'cell'>,
    task: AbTask,
    cell: Cell,
  ): Promise<void> => {
    if (done.has(trialKey(key))) return
    signal.throwIfAborted()
    let record: StudyRecord
    try {
      const {
        text: reply,
        passed,
        ...spent
      } = await subject.run(task, cell, { seed: `${key.task}\0${key.seed}`, signal })
      const scored = await Promise.all(
        panel
          .flatMap((judge) => judge ?? [])
          .map(
            async (judge): Promise<[string, number]> => [
              judge.name,
              await judge.score({ prompt: task.prompt, rubric: task.rubric, reply, passed }, { signal }),
            ],
          ),
      )
      const score = median(scored.map(([, value]) => value))
      record = {
        type: 'trial',
        ...key,
        correct: score >= 0.5 ? 1 : 0,
        hallucinated: hasToolMarkup(reply) ? 1 : 0,
        attempted: isAttempt(reply, score) ? 1 : 0,
        ...spent,
        scores: Object.fromEntries(scored),
        preview: reply.slice(0, longestPreview),
        at: clock.now(),
      }
    } catch (error) {
      signal.throwIfAborted()
      record = { type: 'excluded', ...key, reason: describeError(error), at: clock.now() }
    }
    await append(record)
    if (record.type === 'trial') trials.push(record)
    done.add(trialKey(key))
  }

  const rng = createRng(sha256)
  const cells = cellsOf(plan)
  const inDrawnOrder = <T>(items: readonly T[], name: string): T[] => {
    const stream = rng.fork(name)
    return items
      .map((item) => ({ item, key: stream() }))
      .sort((a, b) => a.key - b.key)
      .map(({ item }) => item)
  }
  const runTask = async (
    phase: Trial['phase'],
    id: string,
    arms: readonly (readonly [string, Cell])[],
  ): Promise<void> => {
    const task = taskOf.get(id)
    if (task === undefined) return
    for (const seed of plan.seeds)
      for (const [cell, levels] of inDrawnOrder(arms, `${phase} ${id} ${seed}`))
        await attempt({ phase, task: id, seed, cell }, task, levels)
  }

  const [first = {}] = cells
  for (const id of plan.tasks)
    await runTask('control', id, [
      ['a', first],
      ['b', first],
    ])
  const controlled = await parseStudy(await log.read())
  const control = analyseStudy(controlled).control.find(({ axis }) => axis === plan.primary.axis)
  if (control !== undefined && Math.abs(control.difference.estimate) > plan.controlMargin)
    return { status: 'called-off', study: controlled }

  const arms = cells.map((cell) => [cellName(cell), cell] as const)
  const ended = async (status: AbOutcome['status']): Promise<AbOutcome> => ({
    status,
    study: await parseStudy(await log.read()),
  })
  if (plan.looks === 'any') {
    // Not in the plan's order: tasks of one kind may stand together in it.
    const order = inDrawnOrder(plan.tasks, 'tasks')
    for (const id of order) {
      await runTask('main', id, arms)
      if (id !== order.at(-1) && sequentialOf({ plan, trials })?.crossedAt !== undefined) return ended('stopped')
    }
    return ended('completed')
  }
  let from = 0
  for (const share of plan.looks) {
    const until = Math.ceil(share * plan.tasks.length)
    for (const id of plan.tasks.slice(from, until)) await runTask('main', id, arms)
    from = until
    const study = await parseStudy(await log.read())
    if (share < 1 && analyseStudy(study).looks.some((look) => look.share === share && look.crossed))
      return { status: 'stopped', study }
  }
  return ended('completed')
}
