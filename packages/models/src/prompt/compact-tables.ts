/** Writes tables in prompts as TOON where that is shorter: a header once, then a row a line. */

import type { JSONValue, LanguageModelV4Message, LanguageModelV4Middleware } from '@ai-sdk/provider'
import { encode } from '@toon-format/toon'

/** Share of the JSON's length that the shorter writing may have. */
const worthIt = 0.85

/** Rows from which a header pays. */
const leastRows = 3

/**
 * Creates middleware that writes results of tools with tables in them as TOON, which loses nothing.
 *
 * A result stays as it is where the saving is below 15 % of its characters.
 *
 * @see https://toonformat.dev for the format.
 */
export function compactTables(): LanguageModelV4Middleware {
  return {
    specificationVersion: 'v4',
    transformParams: async ({ params }) => ({ ...params, prompt: params.prompt.map(compactMessage) }),
  }
}

/** Writes a value as TOON if it holds a table and that is shorter; nothing otherwise. */
export function asTable(value: JSONValue): string | undefined {
  if (!holdsTable(value)) return undefined
  const text = encode(value)
  return text.length <= worthIt * JSON.stringify(value).length ? text : undefined
}

function compactMessage(message: LanguageModelV4Message): LanguageModelV4Message {
  if (message.role !== 'tool') return message
  return {
    ...message,
    content: message.content.map((part) => {
      if (part.type !== 'tool-result' || part.output.type !== 'json') return part
      const text = asTable(part.output.value)
      return text === undefined ? part : { ...part, output: { type: 'text', value: text } }
    }),
  }
}

function holdsTable(value: JSONValue | undefined): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (!Array.isArray(value)) return Object.values(value).some(holdsTable)
  const isTable = value.length >= leastRows && value.every((row) => typeof row === 'object' && row !== null)
  return isTable || value.some(holdsTable)
}
