/** Does tasks alone: in a place apart, within a budget, and not done until every command says so. */

import { type Clock, describeError, type Logger, type SqlDatabase } from '@salp/core'
import type { Agent } from '../agent.js'
import type { Task, TurnEvents } from '../protocol.js'
import type { Work, WorkCheck, WorkOrder } from '../protocol-work.js'
import { assessCommand } from '../tools/assess-command.js'
import type { Checkout } from './checkout.js'
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
  /** Why nothing may run now, when an operator has paused the agent. */
  paused?(): string | undefined
}

/** How it behaves. */
export interface AutonomyOptions {
  /** How often a paused agent looks whether it may go on, in ms. @defaultValue `5_000` */
  readonly pauseMs?: number | undefined
}

/** Work that the agent does alone, one task at a time. */
export interface Autonomy {
  list(): Work[]
  get(taskId: number): Work | undefined
  /**
   * Asks for a task to be done.
   *
   * @throws TaskError (`agent/task-unknown`), {@link WorkError} (`agent/work-busy`).
   */
  add(taskId: number, order: WorkOrder): Work
  /** Ends the work on a task; what was made so far stays on its branch. @throws {@link WorkError} (`agent/work-unknown`) */
  stop(taskId: number): Work
  /** Goes on with what was begun, then with what waits. */
  start(): void
  /** Leaves what runs to the next process. May be called twice. */
  close(): Promise<void>
}

/** Characters of a command's output that the agent is shown. */
const shownOutput = 4_000

/** Creates it; nothing runs before `start()`. */
export function createAutonomy(deps: AutonomyDeps, { pauseMs = 5_000 }: AutonomyOptions = {}): Autonomy {
  const { clock, log, agent, checkout, places } = deps
  const store = createWorkStore(deps)
  const closing = new AbortController()
  const left = Promise.withResolvers<undefined>()
  let wake = Promise.withResolvers<void>()
  let running: Promise<void> | undefined
  /** The task that is being done. */
  let current: { readonly taskId: number; readonly stop: AbortController } | undefined

  const titleOf = (taskId: number): string => taskOf(taskId)?.title ?? `task ${taskId}`
  const taskOf = (taskId: number): Task | undefined => agent.tasks.list('all').find(({ id }) => id === taskId)

  const end = (work: Work, state: 'done' | 'blocked' | 'stopped', rest: Partial<Work> = {}): void => {
    store.update(work.taskId, { state, finishedAt: clock.now(), ...rest })
    if (taskOf(work.taskId) !== undefined)
      agent.tasks.update(work.taskId, {
        status: state === 'done' ? 'done' : state === 'stopped' ? 'open' : 'in_progress',
      })
    log.info('Work on a task ended', { task: work.taskId, state, reason: rest.reason })
  }

  /** The next step of a piece of work; each may be done again after a crash. */
  const step = (work: Work, stop: AbortSignal): Promise<unknown> => {
    if (work.state === 'queued') return begin(work)
    if (work.state === 'working') return takeTurn(work, stop)
    return verify(work, AbortSignal.any([stop, closing.signal]))
  }

  const begin = async (work: Work): Promise<void> => {
    const { taskId, attempt, folder } = work
    const place = await checkout.open({ id: taskId, attempt, folder })
    const sessionId = `task-${taskId}-${attempt}`
    agent.tasks.update(taskId, { status: 'in_progress' })
    store.update(taskId, { state: 'working', place, sessionId, startedAt: clock.now() })
  }

  const takeTurn = async (work: Work, stop: AbortSignal): Promise<void> => {
    const { taskId, sessionId = '', rounds, maxRounds } = work
    // A turn that a crash cut off is gone on with by the agent; one that ended is not taken again.
    const isTaken = turnsOf(sessionId) > rounds
    if (!isTaken && rounds >= maxRounds) {
      end(work, 'blocked', { reason: `${maxRounds} turns were not enough: ${failedOf(work.checks)}` })
      return
    }
    const live = agent.running(sessionId) ?? (isTaken ? undefined : speak(work))
    const stopTurn = (): void => void agent.stop(sessionId)
    stop.addEventListener('abort', stopTurn, { once: true })
    try {
      // A process that ends leaves the turn to the next one.
      const result = live === undefined ? lastResult(sessionId) : await Promise.race([live.result, left.promise])
      stop.throwIfAborted()
      closing.signal.throwIfAborted()
      if (result?.status === 'completed') store.update(taskId, { state: 'verifying', summary: result.text })
      else end(work, 'blocked', { reason: reasonOf(result) })
    } finally {
      stop.removeEventListener('abort', stopTurn)
    }
  }

  const turnsOf = (sessionId: string): number => agent.store.get(sessionId)?.messageCount ?? 0

  const lastResult = (sessionId: string) =>
    agent.store
      .newest(['turn:finished'], { limit: 1, sessionId })
      .flatMap((event) => (event.name === 'turn:finished' ? [event.data] : []))[0]

  const speak = (work: Work) => {
    const { taskId, sessionId = '', rounds, place, verify: commands } = work
    const text = rounds === 0 ? contractOf(work, taskOf(taskId)) : againOf(work)
    if (agent.store.get(sessionId) === undefined) {
      agent.store.transaction(() => {
        agent.store.create({ id: sessionId, title: titleOf(taskId) })
        if (place !== undefined) places.keep(sessionId, place.folder)
        // It is a place of its own, and these commands are what its owner named.
        agent.approvals.grant(sessionId, 'change *')
        for (const command of commands)
          agent.approvals.grant(sessionId, `run_command: ${grantOf(command, place?.folder)}`)
      })
    }
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
    const checked = { rounds: rounds + 1, commit, files: [...files], checks }
    if (checks.every(({ exitCode }) => exitCode === 0)) {
      end(work, 'done', checked)
      await checkout.close(place)
    } else store.update(taskId, { state: 'working', ...checked })
  }

  /** Takes a piece of work to its end, unless somebody stops it or its time is up. */
  const perform = async (first: Work): Promise<void> => {
    const stop = new AbortController()
    const { taskId, maxMinutes } = first
    current = { taskId, stop }
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
          () => stop.abort(new OutOfTime()),
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
      if (stop.signal.reason instanceof OutOfTime)
        end(work, 'blocked', { reason: `${maxMinutes} minutes were not enough` })
      else if (stop.signal.aborted) end(work, 'stopped', { reason: 'A person stopped it' })
      else end(work, 'blocked', { reason: describeError(error) })
    } finally {
      current = undefined
    }
  }

  const loop = async (): Promise<void> => {
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

  return {
    list: store.list,
    get: store.get,
    add(taskId, order) {
      // Asked first, so that one that is not there is told as such.
      agent.tasks.update(taskId, {})
      const work = store.add(taskId, order)
      wake.resolve()
      return work
    },
    stop(taskId) {
      const work = store.get(taskId)
      if (work === undefined) throw new WorkError('unknown', taskId)
      if (current?.taskId === taskId) current.stop.abort(new Error('A person stopped it'))
      else if (work.state === 'queued') end(work, 'stopped', { reason: 'A person stopped it' })
      return store.get(taskId) ?? work
    },
    start() {
      running ??= loop().catch((error: unknown) => log.error('Nothing is done alone any more', { error }))
    },
    async close() {
      closing.abort()
      left.resolve(undefined)
      wake.resolve()
      await running
    },
  }
}

/** The time of a piece of work is up. */
class OutOfTime extends Error {}

/** What governance calls a command, so that it may be approved beforehand. */
function grantOf(command: string, folder: string | undefined): string {
  return assessCommand(command, { root: folder ?? '/', folder: '.' }).grant
}

function contractOf({ verify, acceptance, context }: Work, task: Task | undefined): string {
  const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n')
  return [
    task?.title ?? '',
    task?.notes ?? '',
    context,
    acceptance.length > 0 ? `These have to hold:\n${list(acceptance)}` : '',
    `You work alone, in a copy of the repository. It is done when all of these exit with 0 in a clean copy of what you leave:\n${list(verify)}`,
    'Read before you change, and change no more than the task needs. Say at the end what you did, and what is left open.',
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function againOf({ checks }: Work): string {
  const failed = checks.filter(({ exitCode }) => exitCode !== 0)
  const shown = failed.map(
    ({ command, exitCode, output }) =>
      `${command} ${exitCode === null ? 'was ended' : `exited with ${exitCode}`}:\n${output.slice(-shownOutput)}`,
  )
  return `It is not done yet. In a clean copy of what you left:\n\n${shown.join('\n\n')}\n\nMend it.`
}

function failedOf(checks: readonly WorkCheck[]): string {
  const failed = checks.filter(({ exitCode }) => exitCode !== 0).map(({ command }) => command)
  return failed.length === 0 ? 'nothing was checked' : `${failed.join(', ')} still fails`
}

function reasonOf(result: TurnEvents['turn:finished'] | undefined): string {
  if (result === undefined) return 'The turn ended without a result'
  return result.reason ?? `The turn ended as ${result.status}`
}
