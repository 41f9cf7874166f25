/** Sessions, and the people's side of a turn: stopping, approving, answering. */

import { z } from 'zod'
import { approvalSchema, decisionSchema, questionSchema, sessionSchema } from '../../protocol.js'
import { contextViewSchema, toContextView } from '../../protocol-context.js'
import { SessionError } from '../../session/store.js'
import type { ApiDeps } from '../deps.js'
import { defineRoute, type Route } from '../route.js'
import { toMessages } from '../ui-stream.js'

const limitQuery = z.object({ limit: z.coerce.number().int().min(1).max(500).default(100) })

/** Routes under `/api/sessions`, `/api/approvals` and `/api/questions`. */
export function sessionRoutes({ agent }: ApiDeps): Route[] {
  const { store, approvals, questions } = agent
  return [
    defineRoute({
      method: 'get',
      path: '/api/sessions',
      summary: 'Lists sessions, the most recently used first',
      query: limitQuery,
      response: z.object({ sessions: z.array(sessionSchema) }),
      answer: ({ query }) => ({ sessions: store.list(query.limit) }),
    }),
    defineRoute({
      method: 'post',
      path: '/api/sessions',
      summary: 'Makes an empty session',
      body: z.object({ title: z.string().max(200).optional() }),
      response: sessionSchema,
      answer: ({ body }) => store.create(body),
    }),
    defineRoute({
      method: 'get',
      path: '/api/sessions/{id}',
      summary: 'Gives a session with its messages, as UI messages of the AI SDK',
      response: z.object({ session: sessionSchema, messages: z.array(z.json()) }),
      async answer({ params: { id = '' } }) {
        const session = store.get(id)
        if (session === undefined) throw new SessionError('unknown', id)
        const running = agent.running(id)?.turnId
        const events = store.events({ sessionId: id }).filter(({ turnId }) => turnId !== running)
        const messages = await toMessages(events)
        if (running === undefined) return { session, messages }
        const [question] = await toMessages(store.turnEvents(running))
        return { session, messages: question === undefined ? messages : [...messages, question] }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/sessions/{id}/context',
      summary: 'What the model saw in a turn of a session, the last one unless it is named, step by step',
      query: z.object({ turn: z.string().optional() }),
      response: contextViewSchema,
      answer({ params: { id = '' }, query }) {
        if (store.get(id) === undefined) throw new SessionError('unknown', id)
        const turnId = query.turn ?? store.newest(['turn:started'], { limit: 1, sessionId: id })[0]?.turnId
        const events = turnId === undefined ? [] : store.turnEvents(turnId).filter(({ sessionId }) => sessionId === id)
        return toContextView(events)
      },
    }),
    defineRoute({
      method: 'patch',
      path: '/api/sessions/{id}',
      summary: 'Renames a session',
      body: z.object({ title: z.string().min(1).max(200) }),
      answer: ({ params: { id = '' }, body }) => store.rename(id, body.title),
    }),
    defineRoute({
      method: 'delete',
      path: '/api/sessions/{id}',
      summary: 'Stops what runs in a session and deletes it',
      answer: ({ params: { id = '' } }) => agent.remove(id),
    }),
    defineRoute({
      method: 'post',
      path: '/api/sessions/{id}/stop',
      summary: 'Stops the turn that runs in a session',
      response: z.object({ stopped: z.boolean() }),
      answer: ({ params: { id = '' } }) => ({ stopped: agent.stop(id) }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/approvals',
      summary: 'Lists calls that wait for a person',
      response: z.object({ approvals: z.array(approvalSchema) }),
      answer: () => ({ approvals: approvals.pending() }),
    }),
    defineRoute({
      method: 'post',
      path: '/api/approvals/{id}',
      summary: 'Approves or denies a call',
      body: decisionSchema,
      response: approvalSchema,
      answer: ({ params: { id = '' }, body }) => approvals.decide(id, body),
    }),
    defineRoute({
      method: 'get',
      path: '/api/questions',
      summary: 'Lists questions of the agent that wait for an answer',
      response: z.object({ questions: z.array(questionSchema) }),
      answer: () => ({ questions: questions.open() }),
    }),
    defineRoute({
      method: 'post',
      path: '/api/questions/{id}',
      summary: 'Answers a question of the agent',
      body: z.object({ answer: z.string().min(1).max(20_000) }),
      answer: ({ params: { id = '' }, body }) => questions.answer(id, body.answer),
    }),
  ]
}
