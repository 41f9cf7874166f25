/** From a prompt to the turn that it leads to. */

import { type ContentBlock, RequestError } from '@agentclientprotocol/sdk/unstable'
import { type Agent, maxInputLength } from '../agent.js'
import type { LiveTurn } from '../turn/live-turns.js'
import { type Prompt, readPrompt } from './read-prompt.js'

/** Reads a prompt. @throws RequestError if it holds what is not taken, or too much. */
export function checkedPrompt(prompt: readonly ContentBlock[]): Prompt {
  const read = readPrompt(prompt)
  if ('untaken' in read) throw RequestError.invalidParams(undefined, `Cannot take content of type "${read.untaken}"`)
  if (read.text.length > maxInputLength)
    throw RequestError.invalidParams(undefined, `At most ${maxInputLength} characters are taken at once`)
  return read
}

/** The turn that a prompt leads to: a new one, or that which waits for this answer. */
export function beginTurn(agent: Agent, sessionId: string, { text, images }: Prompt): LiveTurn {
  const running = agent.running(sessionId)
  const question = running && agent.questions.open().find(({ turnId }) => turnId === running.turnId)
  if (running === undefined || question === undefined) return agent.stream({ sessionId, text, images, channel: 'acp' })
  if (images.length > 0)
    throw RequestError.invalidParams(undefined, 'The agent waits for an answer in words; send images after it')
  agent.questions.answer(question.id, text)
  return running
}
