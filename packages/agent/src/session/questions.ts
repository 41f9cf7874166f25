/** Questions to the human that outlive the process. */

import { type Clock, type IdSource, SalpError, type SqlDatabase } from '@salp/core'
import type { Question } from '../protocol.js'
import type { ToolContext } from '../tool.js'
import { TurnSuspended } from '../turn/interruption.js'
import { orAborted } from '../watchdog.js'
import type { Feed } from './feed.js'

/** Questions: asked by a tool, answered from any surface. */
export interface Questions {
  /**
   * Waits for the answer, as long as it takes, across restarts.
   *
   * @throws The signal's reason if it aborts; the question is then closed.
   */
  ask(question: string, options: readonly string[], context: ToolContext): Promise<string>
  open(): Question[]
  /** @throws {@link QuestionError} (`agent/question-unknown`) if it does not exist or was answered. */
  answer(id: string, answer: string): void
}

interface Row {
  id: string
  session_id: string
  turn_id: string
  call_id: string
  question: string
  options: string
  asked_at: number
  answer: string | null
}

/** Creates questions over the agent's tables. */
export function createQuestions({
  db,
  clock,
  ids,
  feed,
}: {
  db: SqlDatabase
  clock: Pick<Clock, 'now'>
  ids: IdSource
  feed: Feed
}): Questions {
  const insert = db.prepare(
    'INSERT INTO agent_questions (id, session_id, turn_id, call_id, question, options, asked_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const byCall = db.prepare<Row>('SELECT * FROM agent_questions WHERE call_id = ?')
  const byId = db.prepare<Row>('SELECT * FROM agent_questions WHERE id = ? AND answered_at IS NULL')
  const all = db.prepare<Row>('SELECT * FROM agent_questions WHERE answered_at IS NULL ORDER BY asked_at, id')
  const close = db.prepare('UPDATE agent_questions SET answer = ?, answered_at = ? WHERE id = ?')
  const waiting = new Map<string, (answer: string) => void>()

  /** Puts the question, unless it was put before a restart; a listener may have answered it before this returns. */
  const put = (text: string, options: readonly string[], { sessionId, turnId, callId }: ToolContext): Row => {
    if (byCall.get(callId) === undefined) {
      const id = ids()
      const askedAt = clock.now()
      db.transaction(() => {
        insert.run(id, sessionId, turnId, callId, text, JSON.stringify(options), askedAt)
        const question = { id, sessionId, turnId, callId, question: text, options: [...options], askedAt }
        feed.tell({ sessionId, turnId }, 'question:asked', { question })
      })
    }
    const row = byCall.get(callId)
    if (row === undefined) throw new RangeError(`Cannot find the question of call "${callId}"`)
    return row
  }

  return {
    async ask(text, options, context) {
      const row = put(text, options, context)
      if (row.answer !== null) return row.answer
      try {
        return await orAborted(new Promise<string>((resolve) => waiting.set(row.id, resolve)), context.signal)
      } catch (error) {
        if (!(context.signal.reason instanceof TurnSuspended)) close.run(null, clock.now(), row.id)
        throw error
      } finally {
        waiting.delete(row.id)
      }
    },
    open: () =>
      all.all().map((row) => ({
        id: row.id,
        sessionId: row.session_id,
        turnId: row.turn_id,
        callId: row.call_id,
        question: row.question,
        options: JSON.parse(row.options),
        askedAt: row.asked_at,
      })),
    answer(id, answer) {
      const row = byId.get(id)
      if (row === undefined) throw new QuestionError(id)
      db.transaction(() => {
        close.run(answer, clock.now(), id)
        feed.tell({ sessionId: row.session_id, turnId: row.turn_id }, 'question:answered', { questionId: id, answer })
      })
      waiting.get(id)?.(answer)
    },
  }
}

/** A question that cannot be answered: `agent/question-unknown`. */
export class QuestionError extends SalpError {
  readonly questionId: string
  constructor(questionId: string) {
    super('agent/question-unknown', `Cannot answer question "${questionId}": it does not exist or was answered already`)
    this.questionId = questionId
  }
}
