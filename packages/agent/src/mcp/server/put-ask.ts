/** Questions of the agent as forms of the Model Context Protocol. Whatever is not a clear yes is a no. */

import { acceptedContent, type InputRequest, inputRequired } from '@modelcontextprotocol/server'
import { SalpError } from '@salp/core'
import type { Agent } from '../../agent.js'
import type { Ask } from './asking.js'

/** Name of the one thing that is asked at a time. */
export const askKey = 'answer'

/** A form for what is asked. */
export function toForm(ask: Ask): InputRequest {
  if (ask.kind === 'question') {
    const { question, options } = ask.question
    const answer = { type: 'string' as const, title: 'Answer', ...(options.length > 0 && { enum: options }) }
    return inputRequired.elicit({
      mode: 'form',
      message: question,
      requestedSchema: { type: 'object', properties: { answer }, required: ['answer'] },
    })
  }
  const { tool, input, risk } = ask.approval
  const reasons = risk.reasons.length === 0 ? '' : `: ${risk.reasons.join('; ')}`
  const shown = JSON.stringify(input, null, 2)
  const text = shown.length <= 2_000 ? shown : `${shown.slice(0, 1_999).toWellFormed()}…`
  return inputRequired.elicit({
    mode: 'form',
    message: `Salp wants to use ${tool} (${risk.level} risk${reasons})\n${text}`,
    requestedSchema: {
      type: 'object',
      properties: { decision: { type: 'string', title: 'Decision', enum: ['approve', 'deny'] } },
      required: ['decision'],
    },
  })
}

/** Takes the answer; somebody may have been quicker on another surface. */
export function answerAsk(
  { approvals, questions }: Pick<Agent, 'approvals' | 'questions'>,
  ask: Ask,
  responses: Record<string, unknown> | undefined,
): void {
  const content = acceptedContent(responses, askKey)
  try {
    if (ask.kind === 'question') {
      const answer = content?.answer
      const given = typeof answer === 'string' && answer !== '' ? answer : 'The person gave no answer'
      questions.answer(ask.question.id, given)
    } else if (content?.decision === 'approve') {
      approvals.decide(ask.approval.id, { decision: 'approve', scope: 'once' })
    } else {
      approvals.decide(ask.approval.id, { decision: 'deny', scope: 'once' })
    }
  } catch (error) {
    if (!SalpError.is(error, 'agent/approval-decided') && !SalpError.is(error, 'agent/question-unknown')) throw error
  }
}
