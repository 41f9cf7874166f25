/** A question of the agent as a form. */

/** A form with one field. */
export interface AnswerSchema {
  type: 'object'
  properties: { answer: { type: 'string'; title: string; enum?: string[] } }
  required: string[]
}

/** A form with the one field that a question needs. */
export function answerSchema(choices: readonly string[]): AnswerSchema {
  const answer = { type: 'string' as const, title: 'Answer', ...(choices.length > 0 && { enum: [...choices] }) }
  return { type: 'object' as const, properties: { answer }, required: ['answer'] }
}

/** The call that waits, if one does, as a form names it. */
export function toCallId(callId: string | undefined): { readonly toolCallId?: string } {
  return callId === undefined ? {} : { toolCallId: callId }
}

/** What was filled in. */
export function answerIn(response: { readonly action: string; readonly content?: unknown }): string | undefined {
  const content = response.action === 'accept' ? response.content : undefined
  const given = typeof content === 'object' && content !== null && 'answer' in content ? content.answer : undefined
  return typeof given === 'string' ? given : undefined
}
