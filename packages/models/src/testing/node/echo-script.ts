/** A script for the fake server that needs no writing. */

import type { FakeReply, FakeRequest } from './fake-openai.js'

interface Message {
  readonly role: string
  readonly content: string | readonly { readonly type: string; readonly text?: string }[] | null
}

/**
 * Answers "call NAME {json}" by that call, its result by "NAME said: …", and anything else by its echo.
 *
 * Several calls stand on lines of their own.
 */
export function echoScript({ body }: FakeRequest): FakeReply {
  const messages = body.messages as readonly Message[]
  const last = messages.at(-1)
  const text = textOf(last)
  if (last?.role === 'tool') return { text: `The tool said: ${text}`, usage: { input: text.length, output: 4 } }
  const calls = [...text.matchAll(/^call (\w+) (\{.*\})$/gm)].map(([, name = '', input = '']) => ({
    name,
    arguments: input,
  }))
  const usage = { input: messages.length * 10, output: 10 }
  return calls.length > 0 ? { calls, usage } : { text: `You said: ${text}`, usage }
}

function textOf(message: Message | undefined): string {
  const content = message?.content ?? ''
  return typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('')
}
