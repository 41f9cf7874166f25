/** What work that is done alone asks where an editor has the conversation open: no turn waits for it. */

import { SalpError } from '@salp/core'
import type { Agent } from '../agent.js'
import type { Question } from '../protocol.js'
import type { FollowDeps } from './follow-turn.js'

/** Questions of the sessions that one editor has open. */
export interface StandingQuestions {
  /** Puts those that wait in a session that the editor has just opened. */
  put(sessionId: string): void
  /** Puts no more. What was not answered stays open, for this editor's next connection and for other surfaces. */
  close(): void
}

/**
 * Puts them as they are asked: in a form, or in words where the editor shows none.
 *
 * @param following - What is known of the editor by now.
 */
export function followStandingQuestions(
  { questions, events }: Pick<Agent, 'questions' | 'events'>,
  following: () => Pick<FollowDeps, 'editor' | 'forms' | 'gone' | 'log'>,
  isOpen: (sessionId: string) => boolean,
): StandingQuestions {
  const asked = new Map<string, AbortController>()

  const ask = async (question: Question): Promise<void> => {
    const { id, sessionId, question: message, options } = question
    if (asked.has(id)) return
    const { editor, forms, gone } = following()
    const answered = new AbortController()
    asked.set(id, answered)
    if (!forms) return editor.tell(sessionId, { sessionUpdate: 'agent_message_chunk', content: inWords(question) })
    const given = await editor.askForm({ sessionId, message, options }, AbortSignal.any([answered.signal, gone]))
    if (given !== undefined && given !== '' && !answered.signal.aborted) questions.answer(id, given)
  }
  const put = (question: Question): void => {
    if (question.turnId !== question.callId || !isOpen(question.sessionId)) return
    const { log, gone } = following()
    ask(question).catch((error: unknown) => {
      if (!gone.aborted && !SalpError.is(error, 'agent/question-unknown'))
        log.warn('A question could not be put', { question: question.id, error })
    })
  }
  const ends = [
    events.subscribe('question:asked', ({ data }) => put(data.question)),
    events.subscribe('question:answered', ({ data }) => {
      asked.get(data.questionId)?.abort()
      asked.delete(data.questionId)
    }),
  ]
  return {
    put: (sessionId) =>
      questions
        .open()
        .filter((question) => question.sessionId === sessionId)
        .forEach(put),
    close() {
      for (const end of ends) end()
    },
  }
}

function inWords({ question, options }: Question): { type: 'text'; text: string } {
  const choices = options.map((option) => `- ${option}`)
  return { type: 'text', text: [`\n\n${question}`, ...choices, 'Answer with `/answer` and your words.\n'].join('\n') }
}
