import type { AgentEvent } from '@salp/agent'
import { describe, expect, test } from 'vitest'
import { CancelledError } from '../cli-errors.js'
import { ApiError } from '../client/api-error.js'
import { createInterrupts } from '../terminal/interrupts.js'
import { createApproval, createEventMaker, endOf } from '../testing/agent-events.js'
import type { Desk } from './desk.js'
import { type FollowTurnDeps, followTurn } from './follow-turn.js'

/** A turn that the test feeds, and what was done about it. */
function createScene(change: Partial<Omit<FollowTurnDeps, 'api'>> & { api?: Partial<FollowTurnDeps['api']> } = {}) {
  const done: unknown[][] = []
  const shown: string[] = []
  const queue: AgentEvent[] = []
  let wake = Promise.withResolvers<void>()
  let ended = false
  const interrupts = createInterrupts(() => done.push(['fallback']))
  const api: FollowTurnDeps['api'] = {
    stop: async (id) => ({ stopped: done.push(['stop', id]) > 0 }),
    decide: async (id, decision) => {
      done.push(['decide', id, decision])
      return createApproval()
    },
    answer: async (id, answer) => void done.push(['answer', id, answer]),
    ...change.api,
  }
  const desk: Desk = { unattended: false, decide: async () => ({ decision: 'approve' }), answer: async () => 'blue' }
  const deps: FollowTurnDeps = {
    desk,
    interrupts,
    signal: new AbortController().signal,
    show: (event) => void shown.push(event.name),
    note: () => undefined,
    ...change,
    api,
  }
  async function* events(signal: AbortSignal): AsyncGenerator<AgentEvent> {
    const aborted = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    aborted.catch(() => undefined)
    for (;;) {
      for (let event = queue.shift(); event !== undefined; event = queue.shift()) yield event
      if (ended) return
      await Promise.race([wake.promise, aborted])
      wake = Promise.withResolvers()
    }
  }
  return {
    done,
    shown,
    interrupts,
    followed: followTurn(deps, events),
    send(...more: AgentEvent[]) {
      queue.push(...more)
      ended ||= more.some(({ name }) => name === 'turn:finished')
      wake.resolve()
    },
  }
}

const question = {
  id: 'question-1',
  sessionId: 'session-1',
  turnId: 'turn-1',
  callId: 'c',
  question: 'Which?',
  options: [],
  askedAt: 0,
}

describe('followTurn()', () => {
  test('decides and answers what the desk says, and gives the end', async () => {
    const event = createEventMaker()
    const scene = createScene()
    scene.send(
      event('approval:requested', { approval: createApproval() }),
      event('question:asked', { question }),
      event('turn:finished', endOf('x')),
    )
    expect(await scene.followed).toEqual({ end: endOf('x'), sessionId: 'session-1', typed: '' })
    expect(scene.done).toEqual([
      ['decide', 'approval-1', { decision: 'approve' }],
      ['answer', 'question-1', 'blue'],
    ])
    expect(scene.shown).toEqual(['approval:requested', 'question:asked', 'turn:finished'])
  })

  test('takes a prompt away that somebody else has answered', async () => {
    const event = createEventMaker()
    const asked = Promise.withResolvers<void>()
    const scene = createScene({
      desk: {
        unattended: false,
        answer: async () => undefined,
        decide: (_, signal) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => resolve(undefined))
            asked.resolve()
          }),
      },
    })
    scene.send(event('approval:requested', { approval: createApproval() }))
    await asked.promise
    scene.send(
      event('approval:resolved', {
        approvalId: 'approval-1',
        callId: 'call-1',
        tool: 'run_command',
        status: 'approved',
      }),
      event('turn:finished', endOf('')),
    )
    expect((await scene.followed).end?.status).toBe('completed')
    expect(scene.done).toEqual([])
  })

  test('asks nothing about what was decided before its turn came', async () => {
    const event = createEventMaker()
    const asked: string[] = []
    const deciding = Promise.withResolvers<void>()
    const scene = createScene({
      desk: {
        unattended: false,
        answer: async () => undefined,
        async decide({ id }) {
          asked.push(id)
          await deciding.promise
          return { decision: 'approve' }
        },
      },
    })
    const resolved = { approvalId: 'second', callId: 'c', tool: 'run_command', status: 'expired' as const }
    scene.send(
      event('approval:requested', { approval: createApproval({ id: 'first' }) }),
      event('approval:requested', { approval: createApproval({ id: 'second' }) }),
      event('approval:resolved', resolved),
      event('turn:finished', endOf('')),
    )
    deciding.resolve()
    await scene.followed
    expect(asked).toEqual(['first'])
  })

  test('goes on when somebody else was faster by a moment', async () => {
    const event = createEventMaker()
    const scene = createScene({
      api: { decide: () => Promise.reject(new ApiError(409, 'agent/approval-decided', 'it is already approved')) },
    })
    scene.send(event('approval:requested', { approval: createApproval() }), event('turn:finished', endOf('')))
    expect((await scene.followed).end?.status).toBe('completed')
  })

  test('stops the turn at the first interrupt, and waits for its end', async () => {
    const event = createEventMaker()
    const stopped = Promise.withResolvers<void>()
    const scene = createScene({
      api: {
        async stop() {
          stopped.resolve()
          return { stopped: true }
        },
      },
    })
    scene.interrupts.raise()
    scene.send(event('turn:started', { input: '', channel: 'cli' }))
    await stopped.promise
    scene.send(event('turn:finished', endOf('', { status: 'cancelled' })))
    expect((await scene.followed).end?.status).toBe('cancelled')
    scene.interrupts.raise()
    expect(scene.done).toEqual([['fallback']])
  })

  test('leaves at the second interrupt', async () => {
    const scene = createScene()
    scene.interrupts.raise()
    scene.interrupts.raise()
    await expect(scene.followed).rejects.toThrow(CancelledError)
  })

  test('stops the turn when the person leaves a prompt', async () => {
    const event = createEventMaker()
    const scene = createScene({
      desk: { unattended: false, decide: async () => undefined, answer: async () => undefined },
    })
    scene.send(
      event('approval:requested', { approval: createApproval() }),
      event('turn:finished', endOf('', { status: 'cancelled' })),
    )
    await scene.followed
    expect(scene.done).toEqual([['stop', 'session-1']])
  })

  test('leaves the turn as it is when the program ends at a prompt', async () => {
    const event = createEventMaker()
    const program = new AbortController()
    const scene = createScene({
      signal: program.signal,
      desk: {
        unattended: false,
        decide: async () => {
          program.abort(new CancelledError('The window closed', 129))
          return undefined
        },
        answer: async () => undefined,
      },
    })
    scene.send(event('approval:requested', { approval: createApproval() }))
    await expect(scene.followed).rejects.toThrow('The window closed')
    expect(scene.done).toEqual([])
  })
})
