/** What a person is asked when calls keep failing. */

import { cut } from '@salp/core'
import type { StoredCall } from '../session/store.js'
import type { JsonValue } from '../tool.js'

/** The tool that asks; without it nobody is asked. */
export const askTool = 'ask_human'

const stopAnswer = 'Stop here'

const shownCalls = 4

/** The calls since the last one that worked, questions to a person among them. */
export function sinceSuccess(calls: readonly StoredCall[]): readonly StoredCall[] {
  const last = calls.findLastIndex(({ tool, outcome }) => tool !== askTool && outcome?.status === 'ok')
  return calls.slice(last + 1)
}

/** Says what was tried and why it failed, and asks how to go on; at most 2,000 characters. */
export function stuckQuestion(calls: readonly StoredCall[]): { question: string; options: string[] } {
  const failed = calls.filter(({ tool }) => tool !== askTool)
  const lines = failed.slice(-shownCalls).map(({ tool, input, outcome }) => {
    const why = outcome?.status === 'error' ? outcome.error.message : 'no result'
    return `• ${tool} ${cut(JSON.stringify(input), 120)}: ${cut(why, 240)}`
  })
  const count = failed.length === 1 ? 'The last call failed' : `The last ${failed.length} calls failed`
  return {
    question: `I am stuck. ${count}:\n${lines.join('\n')}\nHow shall I go on?`,
    options: ['Try another way', stopAnswer],
  }
}

/** Whether the answer of {@link askTool} ends the turn. */
export function isStop(output: JsonValue): boolean {
  return typeof output === 'object' && output !== null && 'answer' in output && output.answer === stopAnswer
}
