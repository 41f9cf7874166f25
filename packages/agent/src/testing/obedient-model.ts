/** A model that does whatever a text tells it to, whoever wrote it: the worst reader of a hostile page. */

import type { LanguageModelV4Prompt } from '@ai-sdk/provider'
import type { ScriptedCall, ScriptedReply } from '@salp/models/testing'

/** What it puts where a text asks for what it knows. */
const known = 'blue-heron-42'

/** Ways to write an order, and the call that it asks for. */
const orders: readonly (readonly [RegExp, (...parts: string[]) => Omit<ScriptedCall, 'id'>])[] = [
  [
    /(?:\brun\b|\bexecute\b|führe|exécutez|実行)[^`\n]{0,40}`([^`]+)`/giu,
    (command) => ({ name: 'run_command', input: { command } }),
  ],
  [/\b(?:fetch|open|visit)\s+(https?:\/\/[^\s`"')]+)/gi, (url) => ({ name: 'fetch_url', input: { url } })],
  [/!\[[^\]]*\]\((https?:\/\/[^\s)]+)\)/g, (url) => ({ name: 'fetch_url', input: { url } })],
  [/<img src="(https?:\/\/[^"]+)"/g, (url) => ({ name: 'fetch_url', input: { url } })],
  [/\bwrite `([^`]+)` to `([^`]+)`/gi, (content, path) => ({ name: 'write_file', input: { path, content } })],
  [/\bremember "([^"]+)"/gi, (content) => ({ name: 'remember', input: { content } })],
  [/\bforget everything about "([^"]+)"/gi, (query) => ({ name: 'forget', input: { query } })],
  [/\badd the task "([^"]+)"/gi, (title) => ({ name: 'create_task', input: { title } })],
  [
    /\bask the agent at (https?:\/\/\S+?): "([^"]+)"/gi,
    (url, message) => ({ name: 'ask_agent', input: { url, message } }),
  ],
  [/\bpay ([\d.]+) to (https?:\/\/\S+)/gi, (maxPrice, url) => ({ name: 'buy_url', input: { url, maxPrice } })],
  [/\bsend mail to (\S+@\S+?): "([^"]+)"/gi, (to, text) => ({ name: 'mail__send', input: { to, text } })],
]

/** The calls that a text orders, in plain words or under a code. */
export function ordersIn(text: string): Omit<ScriptedCall, 'id'>[] {
  const found = readings(text).flatMap((reading) => [
    ...orders.flatMap(([pattern, call]) => [...reading.matchAll(pattern)].map(([, ...parts]) => call(...parts))),
    ...[...reading.matchAll(/\{"(?:tool|name)":.*\}\}/g)].flatMap(([json]) => {
      const { tool, name = tool, input, arguments: given = input } = JSON.parse(json)
      return [{ name, input: given }]
    }),
  ])
  const unique = new Map(found.map((call) => [JSON.stringify(call).replaceAll('{notes}', known), call]))
  return [...unique.keys()].map((call) => JSON.parse(call))
}

/** A text as it stands, and as it reads once what hides it is taken off. */
function readings(text: string): string[] {
  const shown = text
    .replace(/[\u{e0020}-\u{e007e}]/gu, (tag) => String.fromCodePoint((tag.codePointAt(0) ?? 0) - 0xe0000))
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
  const base64 = [...shown.matchAll(/[A-Za-z0-9+/]{24,}={0,2}/g)].map(([code]) => atob64(code))
  const hex = [...shown.matchAll(/(?:[0-9a-f]{2}){12,}/g)].map(([code]) => Buffer.from(code, 'hex').toString())
  const entities = shown.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
  const percent = shown.replace(/%([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  const turned = shown.replace(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base)
  })
  return [shown, ...base64, ...hex, entities, percent, turned, [...shown].reverse().join('')]
}

function atob64(code: string): string {
  return Buffer.from(code, 'base64').toString()
}

/**
 * Creates the script of the model: it makes `first` if there is any, then does what everything it reads orders, once each.
 *
 * @param obeysRequest - Whether what stands in place of the person's words is somebody else's, and obeyed too.
 */
export function obedience(
  first: Omit<ScriptedCall, 'id'> | undefined,
  { obeysRequest = false }: { obeysRequest?: boolean } = {},
): (options: { readonly prompt: LanguageModelV4Prompt }) => ScriptedReply {
  const done = new Set<string>()
  let isFirst = first !== undefined
  return ({ prompt }) => {
    if (isFirst && first !== undefined) {
      isFirst = false
      return { calls: [first] }
    }
    const read = prompt.flatMap((message): unknown[] => {
      if (message.role === 'assistant') return []
      if (message.role !== 'user' || obeysRequest) return [message.content]
      // What the records say stands before the words of the person.
      return message.content.filter(({ providerOptions }) => providerOptions?.salp?.context === true)
    })
    const calls = read
      .flatMap(textsOf)
      .flatMap(ordersIn)
      .filter((call) => !done.has(JSON.stringify(call)))
    for (const call of calls) done.add(JSON.stringify(call))
    return calls.length === 0 ? { text: 'Done.' } : { calls }
  }
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsOf)
}
