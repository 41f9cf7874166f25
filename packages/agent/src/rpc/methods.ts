/** What a script can ask of the agent, by name. */

import type { Memory } from '@salp/memory'
import { z } from 'zod'
import type { Agent } from '../agent.js'
import type { Autonomy } from '../autonomy/autonomy.js'
import { type AgentEvent, type AgentStatus, decisionSchema, taskSchema } from '../protocol.js'
import { toContextView } from '../protocol-context.js'
import { workOrderSchema } from '../protocol-work.js'
import type { Routines } from '../routines/routines.js'
import { SessionError } from '../session/store.js'
import { defineMethod, type RpcMethod } from './json-rpc.js'

/** What the methods work on. */
export interface RpcDeps {
  readonly agent: Agent
  readonly memory: Pick<Memory, 'recall'>
  readonly autonomy: Pick<Autonomy, 'add' | 'get' | 'list' | 'stop'>
  readonly routines: Pick<Routines, 'list' | 'run' | 'briefing'>
  status(): AgentStatus | Promise<AgentStatus>
}

/** Surface that calls of scripts come from. */
const channel = 'rpc'

const id = z.string().min(1).max(200)
const number = z.int().positive()

/** Makes the methods, by name. */
export function rpcMethods({ agent, memory, autonomy, routines, status }: RpcDeps): ReadonlyMap<string, RpcMethod> {
  const { store, approvals, questions, tasks } = agent
  const known = (sessionId: string): string => {
    if (store.get(sessionId) === undefined) throw new SessionError('unknown', sessionId)
    return sessionId
  }
  return new Map([
    ['ping', defineMethod(z.unknown(), () => 'pong')],
    ['status', defineMethod(z.unknown(), () => status())],
    [
      'turn',
      defineMethod(
        z.object({
          text: z.string(),
          sessionId: id.optional(),
          /** Nobody can be asked: calls that need approval are denied at once. */
          unattended: z.boolean().default(false),
          /** Whether notices tell what happens until it ends. */
          follow: z.boolean().default(false),
        }),
        async ({ text, sessionId, unattended, follow }, { signal, notify }) => {
          const live = agent.stream({ sessionId, text, unattended, channel })
          const stop = (): void => void agent.stop(live.sessionId)
          signal.addEventListener('abort', stop, { once: true })
          try {
            if (follow) void tell(live.events(), notify)
            const result = await live.result
            return { sessionId: live.sessionId, turnId: live.turnId, ...result }
          } finally {
            signal.removeEventListener('abort', stop)
          }
        },
      ),
    ],
    ['stop', defineMethod(z.object({ sessionId: id }), ({ sessionId }) => ({ stopped: agent.stop(sessionId) }))],
    [
      'call',
      defineMethod(
        z.object({
          tool: id,
          input: z.json().default({}),
          sessionId: id.default('rpc'),
          unattended: z.boolean().default(false),
        }),
        async ({ tool, input, sessionId, unattended }, { signal }) => {
          const made = agent.call(
            { sessionId, title: 'Calls of scripts', tool, input, channel, unattended },
            { signal },
          )
          return { turnId: made.turnId, outcome: await made.outcome }
        },
      ),
    ],
    [
      'tools',
      defineMethod(z.unknown(), () => ({
        tools: agent.toolbox.descriptions.map(({ name, description, inputSchema }) => ({
          ...{ name, description, inputSchema, effect: agent.toolbox.effect(name) },
        })),
      })),
    ],
    [
      'sessions',
      defineMethod(z.object({ limit: z.int().min(1).max(500).default(100) }).default({ limit: 100 }), ({ limit }) => ({
        sessions: store.list(limit),
      })),
    ],
    [
      'events',
      defineMethod(
        z.object({ sessionId: id, after: z.number().default(0), limit: z.int().min(1).max(1_000).default(1_000) }),
        ({ sessionId, after, limit }) => ({ events: store.events({ sessionId: known(sessionId), after, limit }) }),
      ),
    ],
    [
      'context',
      defineMethod(z.object({ sessionId: id }), ({ sessionId }) => {
        const [started] = store.newest(['turn:started'], { limit: 1, sessionId: known(sessionId) })
        return toContextView(started === undefined ? [] : store.turnEvents(started.turnId))
      }),
    ],
    ['approvals', defineMethod(z.unknown(), () => ({ approvals: approvals.pending() }))],
    [
      'approve',
      defineMethod(decisionSchema.extend({ id }), ({ id: approval, ...decision }) =>
        approvals.decide(approval, decision),
      ),
    ],
    ['questions', defineMethod(z.unknown(), () => ({ questions: questions.open() }))],
    [
      'answer',
      defineMethod(z.object({ id, answer: z.string().min(1).max(20_000) }), ({ id: question, answer }) =>
        questions.answer(question, answer),
      ),
    ],
    [
      'recall',
      defineMethod(
        z.object({ query: z.string().min(1).max(10_000), limit: z.int().min(1).max(100).default(10) }),
        async ({ query, limit }, { signal }) => ({ hits: (await memory.recall(query, { limit, signal })).hits }),
      ),
    ],
    [
      'tasks',
      defineMethod(
        z.object({ status: z.enum(['open', 'done', 'all']).default('open') }).default({ status: 'open' }),
        ({ status: wanted }) => ({ tasks: tasks.list(wanted), work: autonomy.list() }),
      ),
    ],
    [
      'addTask',
      defineMethod(
        taskSchema
          .pick({ title: true })
          .extend({ notes: z.string().optional(), priority: z.int().optional(), work: workOrderSchema.optional() }),
        ({ work, ...task }) => {
          const added = tasks.create(task)
          return { task: added, ...(work !== undefined && { work: autonomy.add(added.id, work) }) }
        },
      ),
    ],
    ['stopTask', defineMethod(z.object({ id: number }), ({ id: task }) => autonomy.stop(task))],
    ['routines', defineMethod(z.unknown(), () => ({ routines: routines.list() }))],
    ['runRoutine', defineMethod(z.object({ id: number }), ({ id: routine }) => routines.run(routine))],
    [
      'briefing',
      defineMethod(
        z.object({ period: z.enum(['day', 'week']).default('day') }).default({ period: 'day' }),
        ({ period }) => ({
          text: routines.briefing(period),
        }),
      ),
    ],
  ])
}

/** Passes on what happens in a turn, to its end. */
async function tell(
  events: AsyncIterable<AgentEvent>,
  notify: (method: string, params: unknown) => void,
): Promise<void> {
  for await (const event of events) notify('event', event)
}
