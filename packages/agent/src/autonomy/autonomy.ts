/** Does tasks alone: in a place apart, within a budget, and not done until every command and a second model say so. */

import { type Clock, describeError, type Logger, type SqlDatabase } from '@salp/core'
import type { Agent } from '../agent.js'
import type { Task, TurnEvents } from '../protocol.js'
import type { Work, WorkOrder, WorkReview } from '../protocol-work.js'
import { assessCommand } from '../tools/assess-command.js'
import { TurnSuspended } from '../turn/interruption.js'
import type { LiveTurn } from '../turn/live-turns.js'
import { takeTurnOnce, turnsOf } from '../turn/take-turn-once.js'
import type { Checkout } from './checkout.js'
import { againOf, contractOf, failedOf, partsOf } from './contract.js'
import type { Reviewer } from './reviewer.js'
import { overspent, type Spending, spendingOf, withCall, withStep } from './spending.js'
import { createWorkStore, WorkError } from './work-store.js'

/** What autonomy asks of the application. */
export interface AutonomyDeps {
  /** With the tables of `agentMigrations`. */
  readonly db: SqlDatabase
  readonly clock: Clock
  readonly log: Logger
  readonly agent: Agent
  readonly checkout: Checkout
  /** Where sessions work. */
  readonly places: { keep(sessionId: string, folder: string): void }
  /** Judges what has to hold in words. @defaultValue nobody does */
  readonly reviewer?: Reviewer | undefined
  /** Told of each piece of work that ended, as what was done or why it was not. */
  ended?(work: Work, task: Task): void
  /** Why nothing may run now, when an operator has paused the agent. */
  paused?(): string | undefined
}

/** How it behaves. */
export interface AutonomyOptions {
  /** How often a paused agent looks whether it may go on, in ms. @defaultValue `5_000` */
  readonly pauseMs?: number | undefined
}

/** A part of a task. */
export interface Part {
  readonly title: string
  readonly notes?: string | undefined
  /** Commands of the whole that show that the part is done. */
  readonly verify: readonly string[]
}

/** Work that the agent does alone, one task at a time. */
export interface Autonomy {
  list(): Work[]
  get(taskId: number): Work | undefined
  /**
   * Asks for a task to be done.
   *
   * @throws TaskError (`agent/task-unknown`), {@link WorkError} (`agent/work-busy`, `agent/work-circle`).
   */
  add(taskId: number, order: WorkOrder): Work
  /**
   * Makes parts of the task that is done in a session. The whole waits for them, then goes on with what they made.
   *
   * @throws {@link WorkError} (`agent/work-unknown` where none is done there), RangeError for a command that the whole does
   * not name.
   */
  split(sessionId: string, parts: readonly Part[]): Task[]
  /** Ends the work on a task; what was made so far stays on its branch. @throws {@link WorkError} (`agent/work-unknown`) */
  stop(taskId: number): Work
  /** Goes on with what was begun, then with what waits. */
  start(): void
  /** Leaves what runs to the next process. May be called twice. */
  close(): Promise<void>
}

/** Where people speak themselves. */
const personal: ReadonlySet<string> = new Set(['studio', 'cli', 'acp'])

/** Turns among which the last one of a person is looked for. */
const lookedThrough = 1_000

/** Characters of a diff that a second model is shown. */
const shownDiff = 60_000

const stopAnswer = 'Leave it'

/** Creates it; nothing runs before `start()`. */
export function createAutonomy(deps: AutonomyDeps, { pauseMs = 5_000 }: AutonomyOptions = {}): Autonomy {
  const { clock, log, agent, checkout, places, reviewer } = deps
  const store = createWorkStore(deps)
  const closing = new AbortController()
  const left = Promise.withResolvers<undefined>()
  let wake = Promise.withResolvers<void>()
  let running: Promise<void> | undefined
  /** The task that is being done. */
  let current: { readonly taskId: number; readonly stop: AbortController } | undefined
  /** Questions that are open, by task. */
  const asked = new Map<number, AbortController>()

  const titleOf = (taskId: number): string => agent.tasks.get(taskId)?.title ?? `task ${taskId}`

  const end = (work: Work, state: 'done' | 'blocked' | 'stopped', rest: Partial<Work> = {}): void => {
    const ended = store.update(work.taskId, { state, finishedAt: clock.now(), ...rest })
    const task = agent.tasks.get(work.taskId)
    log.info('Work on a task ended', { task: work.taskId, state, reason: rest.reason })
    if (task === undefined) return
    const status = state === 'done' ? 'done' : state === 'stopped' ? 'open' : 'in_progress'
    agent.tasks.update(work.taskId, { status })
    deps.ended?.(ended, task)
    if (state === 'blocked') ask(ended)
    if (ended.parent !== undefined) reopen(ended.parent)
  }

  /** Goes on with a task once all its parts have ended. */
  const reopen = (taskId: number): void => {
    const parts = store.parts(taskId)
    if (
      store.get(taskId)?.state !== 'waiting' ||
      parts.some(({ state }) => !['done', 'blocked', 'stopped'].includes(state))
    )
      return
    store.update(taskId, { state: 'queued' })
    wake.resolve()
  }

  /** Asks a person about work that is blocked, for as long as it takes, also after a restart. */
  const ask = (work: Work): void => {
    const { taskId, attempt, rounds, reason = '' } = work
    if (asked.has(taskId)) return
    const sessionId = lastSpoken() ?? sessionOf(work)
    if (agent.store.get(sessionId) === undefined) agent.store.create({ id: sessionId, title: titleOf(taskId) })
    const gone = new AbortController()
    asked.set(taskId, gone)
    const callId = `work-${taskId}-${attempt}-${rounds}`
    const question = `Task #${taskId}, "${titleOf(taskId)}", cannot go on: ${reason}. Say what to do, and it is tried again.`
    agent.questions
      .ask(question, ['Try again', stopAnswer], {
        ...{ sessionId, turnId: callId, callId, channel: 'task', request: '', progress: () => undefined },
        signal: AbortSignal.any([gone.signal, closing.signal]),
      })
      .then((answer) => {
        if (answer === stopAnswer) end(work, 'stopped', { reason: 'A person left it' })
        else goOn(work, answer === 'Try again' ? '' : `The person who asked for it says: ${answer}`)
      })
      .catch((error: unknown) => {
        if (!closing.signal.aborted && !gone.signal.aborted)
          log.error('A question could not be asked', { taskId, error })
      })
      .finally(() => asked.delete(taskId))
  }

  /** The conversation in which a person last said something, on whatever surface, if it is still there. */
  const lastSpoken = (): string | undefined =>
    agent.store
      .newest(['turn:started'], { limit: lookedThrough })
      .findLast(
        ({ name, data, sessionId }) =>
          name === 'turn:started' && personal.has(data.channel) && agent.store.get(sessionId) !== undefined,
      )?.sessionId

  /** Takes blocked work up again, with the budget that it had. */
  const goOn = (work: Work, told: string): void => {
    const { sessionId = '', rounds, maxRounds, maxTokens, maxCostUsd, maxCalls } = work
    const used = spendingOf(agent.store, sessionId)
    const turns = Math.max(rounds, turnsOf(agent.store, sessionId))
    const more = (limit: number | undefined, so: number) => (limit === undefined ? undefined : so + limit)
    store.update(work.taskId, {
      ...{ state: 'queued', told, finishedAt: undefined, reason: undefined, startedAt: undefined },
      // Turns that failed were not checked; those are not taken twice either.
      ...{ rounds: turns, maxRounds: turns + maxRounds },
      ...{ maxTokens: more(maxTokens, used.tokens), maxCostUsd: more(maxCostUsd, used.costUsd) },
      maxCalls: more(maxCalls, used.calls),
    })
    wake.resolve()
  }

  /** The next step of a piece of work; each may be done again after a crash. */
  const step = (work: Work, stop: AbortSignal): Promise<unknown> => {
    if (work.state === 'queued') return begin(work)
    if (work.state === 'working') return takeTurn(work, stop)
    return verify(work, AbortSignal.any([stop, closing.signal]))
  }

  const begin = async (work: Work): Promise<void> => {
    const { taskId, attempt, folder, parent } = work
    const whole = parent === undefined ? undefined : store.get(parent)
    const place = await checkout.open({ id: taskId, attempt, folder, from: whole?.place?.branch })
    const { taken = [], startedAt = clock.now() } = work
    const parts = store.parts(taskId).filter((part) => !taken.includes(part.taskId))
    const told = parts.length === 0 ? work.told : await takeOver(work, place, parts)
    agent.tasks.update(taskId, { status: 'in_progress' })
    store.update(taskId, {
      ...{ state: 'working', place, told, sessionId: sessionOf(work) },
      taken: [...taken, ...parts.map((part) => part.taskId)],
      // The time that its parts took was theirs.
      startedAt: parts.length === 0 ? startedAt : clock.now(),
    })
  }

  /** Takes over what the parts of a task made. @returns What became of them. */
  const takeOver = async (work: Work, place: NonNullable<Work['place']>, parts: readonly Work[]): Promise<string> => {
    const ended = []
    for (const part of parts) {
      const isMade = part.state === 'done' && part.place !== undefined
      const conflicts = isMade ? await checkout.merge(place, part.place?.branch ?? '') : []
      ended.push({ work: part, task: agent.tasks.get(part.taskId), conflicts })
    }
    return [work.told ?? '', partsOf(ended)].filter((text) => text !== '').join('\n\n')
  }

  const takeTurn = async (work: Work, stop: AbortSignal): Promise<void> => {
    const { taskId, sessionId = '', rounds, maxRounds } = work
    if (turnsOf(agent.store, sessionId) <= rounds && rounds >= maxRounds) {
      end(work, 'blocked', { reason: `${maxRounds} turns were not enough: ${failedOf(work)}` })
      return
    }
    const stopTurn = (): void => void agent.stop(sessionId)
    stop.addEventListener('abort', stopTurn, { once: true })
    try {
      const begin = (): LiveTurn => speak(work)
      const result = await takeTurnOnce(agent, { sessionId, before: rounds, begin, left: left.promise })
      stop.throwIfAborted()
      closing.signal.throwIfAborted()
      const used = spendingOf(agent.store, sessionId)
      if (result?.status !== 'completed') end(work, 'blocked', { reason: reasonOf(result), used })
      else if (isSplit(work)) await waitForParts(work, { summary: result.text, used })
      else store.update(taskId, { state: 'verifying', summary: result.text, used })
    } finally {
      stop.removeEventListener('abort', stopTurn)
    }
  }

  /** Whether a part of it has not ended. */
  const isSplit = ({ taskId }: Work): boolean => store.parts(taskId).some(({ state }) => state === 'queued')

  /** Leaves what is there as a commit, from which the parts begin. */
  const waitForParts = async (work: Work, rest: Partial<Work>): Promise<void> => {
    const { taskId, place, rounds } = work
    if (place === undefined) throw new RangeError(`Cannot split task ${taskId}: it has no place`)
    await checkout.keep(place, {
      message: `${titleOf(taskId)}\n\nTask ${taskId}, turn ${rounds + 1}, before its parts`,
    })
    store.update(taskId, { ...rest, state: 'waiting', rounds: rounds + 1 })
  }

  const speak = (work: Work): LiveTurn => {
    const { taskId, sessionId = '', place, verify: commands } = work
    const isFirst = turnsOf(agent.store, sessionId) === 0
    if (isFirst) {
      agent.store.transaction(() => {
        if (agent.store.get(sessionId) === undefined) agent.store.create({ id: sessionId, title: titleOf(taskId) })
        if (place !== undefined) places.keep(sessionId, place.folder)
        // It is a place of its own, and these commands are what its owner named.
        agent.approvals.grant(sessionId, 'change *')
        // Its tests are run by the checks in any case.
        agent.approvals.grant(sessionId, 'run_tests: *')
        for (const command of commands)
          agent.approvals.grant(sessionId, `run_command: ${grantOf(command, place?.folder)}`)
      })
    }
    const text = isFirst ? contractOf(work, agent.tasks.get(taskId)) : againOf(work)
    return agent.stream({ sessionId, text, channel: 'task', unattended: true })
  }

  const verify = async (work: Work, signal: AbortSignal): Promise<void> => {
    const { taskId, place, verify: commands, rounds } = work
    if (place === undefined) throw new RangeError(`Cannot check task ${taskId}: it has no place`)
    const { commit, files } = await checkout.keep(place, {
      message: `${titleOf(taskId)}\n\nTask ${taskId}, turn ${rounds + 1}`,
    })
    const checks = await checkout.verify(place, commit, { commands, signal })
    signal.throwIfAborted()
    const passes = checks.every(({ exitCode }) => exitCode === 0)
    const judged = passes ? await judge(work, commit, signal) : undefined
    signal.throwIfAborted()
    const checked = { rounds: rounds + 1, commit, files: [...files], checks, judged, told: undefined }
    if (!passes || judged?.verdicts.some(({ holds }) => !holds) === true)
      store.update(taskId, { state: 'working', ...checked })
    else if (work.review === 'required' && judged?.model === undefined)
      end(work, 'blocked', {
        ...checked,
        reason: `no second model judged it: ${judged?.reason ?? 'nothing has to hold in words'}`,
      })
    else {
      end(work, 'done', checked)
      await checkout.close(place)
    }
  }

  /** Has a second model judge what has to hold in words. What it cannot judge is told, and no verdict. */
  const judge = async (work: Work, commit: string, signal: AbortSignal): Promise<WorkReview | undefined> => {
    const { taskId, acceptance, place, review, verify: passed, sessionId = '' } = work
    if (review === 'off' || acceptance.length === 0 || place === undefined) return undefined
    if (reviewer?.available() !== true)
      return { independent: false, verdicts: [], reason: 'no language model is connected' }
    const diff = await checkout.diff(place, commit, { maxLength: shownDiff })
    try {
      const by = modelOf(sessionId)
      return await reviewer.review({ title: titleOf(taskId), acceptance, diff, passed, by, signal })
    } catch (error) {
      signal.throwIfAborted()
      log.warn('Work could not be judged', { task: taskId, error })
      return { independent: false, verdicts: [], reason: describeError(error) }
    }
  }

  /** The model that said the last words of a conversation. */
  const modelOf = (sessionId: string): string | undefined =>
    agent.store
      .newest(['step:finished'], { limit: 1, sessionId })
      .flatMap((event) => (event.name === 'step:finished' ? [event.data.model] : []))[0]

  /** Stops a turn that uses more than the whole may. @returns Ends the watch. */
  const watchSpending = (work: Work, stop: AbortController): (() => void) => {
    const sessionId = sessionOf(work)
    let used = spendingOf(agent.store, sessionId)
    const look = (event: { readonly sessionId: string }, add: (used: Spending) => Spending): void => {
      if (event.sessionId !== sessionId) return
      used = add(used)
      const reason = overspent(work, used)
      if (reason !== undefined) stop.abort(new OutOfBudget(reason))
    }
    const ends = [
      agent.events.subscribe('step:finished', (step) => look(step, (so) => withStep(so, step.data))),
      agent.events.subscribe('call:requested', (call) => look(call, withCall)),
    ]
    return () => {
      for (const stopWatching of ends) stopWatching()
    }
  }

  /** Takes a piece of work to its end, unless somebody stops it or its time is up. */
  const perform = async (first: Work): Promise<void> => {
    const stop = new AbortController()
    const { taskId, maxMinutes } = first
    current = { taskId, stop }
    const isLimited = [first.maxTokens, first.maxCostUsd, first.maxCalls].some((limit) => limit !== undefined)
    const endWatch = isLimited ? watchSpending(first, stop) : undefined
    try {
      for (;;) {
        const work = store.get(taskId)
        if (work === undefined || !['queued', 'working', 'verifying'].includes(work.state)) return
        stop.signal.throwIfAborted()
        closing.signal.throwIfAborted()
        const leftMs = (work.startedAt ?? clock.now()) + maxMinutes * 60_000 - clock.now()
        if (leftMs <= 0) return end(work, 'blocked', { reason: `${maxMinutes} minutes were not enough` })
        const timer = new AbortController()
        clock.sleep(leftMs, { signal: timer.signal }).then(
          () => stop.abort(new OutOfBudget(`${maxMinutes} minutes were not enough`)),
          () => undefined,
        )
        try {
          await step(work, stop.signal)
        } finally {
          timer.abort()
        }
      }
    } catch (error) {
      if (closing.signal.aborted) return
      const work = store.get(taskId)
      if (work === undefined) return
      if (stop.signal.reason instanceof OutOfBudget) end(work, 'blocked', { reason: stop.signal.reason.message })
      else if (stop.signal.aborted) end(work, 'stopped', { reason: 'A person stopped it' })
      else end(work, 'blocked', { reason: describeError(error) })
    } finally {
      endWatch?.()
      current = undefined
    }
  }

  const loop = async (): Promise<void> => {
    for (const work of store.list()) {
      if (work.state === 'blocked') ask(work)
      // Its last part may have ended just before a crash.
      if (work.state === 'waiting') reopen(work.taskId)
    }
    while (!closing.signal.aborted) {
      if (deps.paused?.() !== undefined) {
        await clock.sleep(pauseMs, { signal: closing.signal }).catch(() => undefined)
        continue
      }
      wake = Promise.withResolvers()
      const work = store.next()
      if (work === undefined) await wake.promise
      else await perform(work)
    }
  }

  const stop = (taskId: number): Work => {
    const work = store.get(taskId)
    if (work === undefined) throw new WorkError('unknown', taskId)
    for (const part of store.parts(taskId)) if (part.state !== 'done' && part.state !== 'stopped') stop(part.taskId)
    if (current?.taskId === taskId) current.stop.abort(new Error('A person stopped it'))
    else if (['queued', 'waiting', 'blocked'].includes(work.state)) {
      asked.get(taskId)?.abort(new Error('It was stopped'))
      end(work, 'stopped', { reason: 'A person stopped it' })
    }
    return store.get(taskId) ?? work
  }

  return {
    list: store.list,
    get: store.get,
    add(taskId, order) {
      // Asked first, so that one that is not there is told as such.
      agent.tasks.update(taskId, {})
      const work = store.add(taskId, order)
      asked.get(taskId)?.abort(new Error('It is asked for again'))
      wake.resolve()
      return work
    },
    split(sessionId, parts) {
      const work = store.list().find((each) => each.sessionId === sessionId && each.state === 'working')
      if (work === undefined) throw new WorkError('unknown', 0)
      const { taskId, folder, verify: commands, maxRounds, maxMinutes, review, maxTokens, maxCostUsd, maxCalls } = work
      const foreign = parts.flatMap(({ verify: own }) => own).find((command) => !commands.includes(command))
      if (foreign !== undefined)
        throw new RangeError(`Cannot split: "${foreign}" is none of the commands that show that the whole is done`)
      return deps.db.transaction(() =>
        parts.map(({ title, notes, verify: own }) => {
          const task = agent.tasks.create({ title, notes, priority: agent.tasks.get(taskId)?.priority })
          const order = { folder, verify: [...own], maxRounds, maxMinutes, review, maxTokens, maxCostUsd, maxCalls }
          store.add(task.id, order, { parent: taskId })
          return task
        }),
      )
    },
    stop,
    start() {
      running ??= loop().catch((error: unknown) => log.error('Nothing is done alone any more', { error }))
    },
    async close() {
      closing.abort(new TurnSuspended())
      left.resolve(undefined)
      wake.resolve()
      await running
    },
  }
}

/** The conversation in which a piece of work is done. */
function sessionOf({ taskId, attempt }: Pick<Work, 'taskId' | 'attempt'>): string {
  return `task-${taskId}-${attempt}`
}

/** What a piece of work may use is used up. */
class OutOfBudget extends Error {}

/** What governance calls a command, so that it may be approved beforehand. */
function grantOf(command: string, folder: string | undefined): string {
  return assessCommand(command, { root: folder ?? '/', folder: '.' }).grant
}

function reasonOf(result: TurnEvents['turn:finished'] | undefined): string {
  if (result === undefined) return 'The turn ended without a result'
  return result.reason ?? `The turn ended as ${result.status}`
}
