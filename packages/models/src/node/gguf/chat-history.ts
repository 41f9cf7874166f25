/** A prompt as llama.cpp's library has conversations. */

import {
  type LanguageModelV4Prompt,
  type LanguageModelV4ToolResultPart,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider'
import type { LlamaFunctionCall, LlamaMessage, LlamaResponsePart } from './library.js'

/**
 * Converts a prompt. What the model said and called between two words of the user is one message, in which each call
 * holds its result; the last message is always the model's, for the reply to go on.
 *
 * @throws UnsupportedFunctionalityError if it holds a file: images are not understood.
 */
export function toChatHistory(prompt: LanguageModelV4Prompt): LlamaMessage[] {
  const history: LlamaMessage[] = []
  const calls = new Map<string, LlamaFunctionCall>()
  const respond = (...parts: LlamaResponsePart[]): void => {
    const last = history.at(-1)
    if (last?.type === 'model') last.response.push(...parts)
    else history.push({ type: 'model', response: parts })
  }
  for (const { role, content } of prompt) {
    if (role === 'system') {
      history.push({ type: 'system', text: content })
      continue
    }
    const texts: string[] = []
    for (const part of content) {
      switch (part.type) {
        case 'text':
          if (role === 'user') texts.push(part.text)
          else respond(part.text)
          break
        case 'reasoning':
          respond({ type: 'segment', segmentType: 'thought', text: part.text, ended: true })
          break
        case 'tool-call': {
          const call: LlamaFunctionCall = {
            type: 'functionCall',
            name: part.toolName,
            params: part.input,
            result: null,
          }
          calls.set(part.toolCallId, call)
          respond(call)
          break
        }
        case 'tool-result': {
          const call = calls.get(part.toolCallId)
          if (call !== undefined) call.result = resultOf(part)
          break
        }
        case 'file':
        case 'reasoning-file':
          throw new UnsupportedFunctionalityError({ functionality: `${part.mediaType} in a prompt for a GGUF model` })
      }
    }
    if (role === 'user') history.push({ type: 'user', text: texts.join('\n') })
  }
  if (history.at(-1)?.type !== 'model') respond()
  return history
}

function resultOf({ output }: LanguageModelV4ToolResultPart): unknown {
  switch (output.type) {
    case 'text':
    case 'json':
      return output.value
    case 'error-text':
    case 'error-json':
      return { error: output.value }
    case 'execution-denied':
      return { error: output.reason ?? 'The call was denied' }
    case 'content':
      return output.value.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join('\n')
  }
}
