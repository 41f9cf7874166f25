/** What a person would want to hear of, wherever they are. */

import { cut, oneLine, type Redactor } from '@salp/core'
import type { Approval, Question, Task } from '../protocol.js'
import type { PushKinds, PushNotice } from '../protocol-push.js'
import type { Work } from '../protocol-work.js'

/** Something that a person would want to hear of. */
export interface News {
  readonly kind: keyof PushKinds
  /** When it came about, in ms since the epoch. */
  readonly at: number
  readonly notice: PushNotice
}

/** Where news come from: lists as they are now. */
export interface NewsSources {
  readonly approvals: readonly Approval[]
  readonly questions: readonly Question[]
  readonly work: readonly Work[]
  readonly tasks: readonly Task[]
}

/** Longest body of a notice, in characters. */
const bodyLength = 200
const titleLength = 80

/** Reads the news. Words of the agent are cut, and lose what looks like a secret. @param name - Of the agent. */
export function readNews(
  { approvals, questions, work, tasks }: NewsSources,
  { name, redactor }: { readonly name: string; readonly redactor: Pick<Redactor, 'text'> },
): News[] {
  const words = (text: string, length: number): string => cut(oneLine(redactor.text(text)).toWellFormed(), length)
  const titleOf = (taskId: number): string => tasks.find(({ id }) => id === taskId)?.title ?? `Task ${taskId}`
  const asked = new Map(questions.map(({ turnId, id }) => [turnId, id]))
  /** The question by which a blocked task asks its person. */
  const questionOf = ({ taskId, attempt, rounds }: Work): string | undefined =>
    asked.get(`work-${taskId}-${attempt}-${rounds}`)
  const ofTasks = new Set(work.flatMap((one) => (one.state === 'blocked' ? (questionOf(one) ?? []) : [])))
  const hashOf = (ask: string): string => `#/now?ask=${encodeURIComponent(ask)}`
  return [
    ...approvals.map(
      ({ id, grant, risk, requestedAt }): News => ({
        ...{ kind: 'approvals', at: requestedAt },
        notice: {
          title: `${name} waits for your word`,
          body: words(`${grant} (${risk.level} risk)`, bodyLength),
          ...{ tag: `approval:${id}`, hash: hashOf(id), decides: true },
        },
      }),
    ),
    ...questions.flatMap(({ id, question, askedAt }): News[] => {
      // A task that needs its person is told as such.
      if (ofTasks.has(id)) return []
      const notice = { title: `${name} asks you`, body: words(question, bodyLength) }
      return [{ kind: 'questions', at: askedAt, notice: { ...notice, tag: `question:${id}`, hash: hashOf(id) } }]
    }),
    ...work.flatMap((one): News[] => {
      const { taskId, attempt, rounds, state, finishedAt, summary, reason, sessionId } = one
      if ((state !== 'done' && state !== 'blocked') || finishedAt === undefined) return []
      const text = state === 'done' ? (summary ?? 'Every command passed') : (reason ?? 'It cannot go on')
      const title = words(`${state === 'done' ? 'Done' : 'Needs you'}: ${titleOf(taskId)}`, titleLength)
      const place = sessionId === undefined ? '#/now' : `#/sessions/${encodeURIComponent(sessionId)}`
      const ask = questionOf(one)
      const hash = ask === undefined ? place : hashOf(ask)
      return [
        {
          ...{ kind: 'tasks', at: finishedAt },
          notice: { title, body: words(text, bodyLength), tag: `task:${taskId}:${attempt}:${rounds}:${state}`, hash },
        },
      ]
    }),
  ]
}
