/** Finds calls in the values that models write: a dozen spellings of one idea. */

/** A call before its tool is known. */
export interface RawCall {
  readonly name: string
  /** An object as a rule; whatever was written in its place otherwise. */
  readonly input: unknown
}

const nameKeys = [
  'name',
  'tool',
  'tool_name',
  'toolName',
  'function',
  'function_name',
  'action',
  'recipient_name',
  'api',
]
const inputKeys = [
  'arguments',
  'args',
  'parameters',
  'params',
  'input',
  'inputs',
  'tool_input',
  'toolInput',
  'action_input',
  'kwargs',
  'argument',
]
const listKeys = ['tool_calls', 'toolCalls', 'calls', 'tools', 'function_calls', 'tool_uses', 'actions']
const noise = new Set([
  'id',
  'type',
  'call_id',
  'tool_call_id',
  'thought',
  'thoughts',
  'reasoning',
  'description',
  'index',
])

/**
 * Reads calls out of a parsed value.
 *
 * @param isTool - Tells whether a name is a tool's; needed where only the name tells a call from data.
 * @returns All of them, or none if any part of the value is something else.
 */
export function rawCallsOf(value: unknown, isTool: (name: string) => boolean): RawCall[] {
  if (Array.isArray(value)) {
    const calls = value.map((item) => rawCallsOf(item, isTool))
    return calls.every((found) => found.length > 0) ? calls.flat() : []
  }
  if (typeof value !== 'object' || value === null) return []
  const entries = new Map(Object.entries(value))
  for (const key of listKeys) {
    const list = entries.get(key)
    if (Array.isArray(list) && list.length > 0) return rawCallsOf(list, isTool)
  }
  for (const key of ['function', 'function_call', 'tool_call', 'functionCall']) {
    const inner = entries.get(key)
    if (typeof inner === 'object' && inner !== null) return rawCallsOf(inner, isTool)
  }
  const nameKey = nameKeys.find((key) => typeof entries.get(key) === 'string')
  if (nameKey !== undefined) {
    const name = String(entries.get(nameKey))
    const inputKey = inputKeys.find((key) => entries.has(key))
    if (inputKey !== undefined) return [{ name, input: entries.get(inputKey) }]
    const rest = [...entries].filter(([key]) => key !== nameKey && !noise.has(key))
    if (isTool(name)) return [{ name, input: Object.fromEntries(rest) }]
  }
  const calls = [...entries].filter(([key]) => !noise.has(key))
  const isMap = calls.length > 0 && calls.every(([key, input]) => isTool(key) && typeof input === 'object')
  return isMap ? calls.map(([name, input]) => ({ name, input })) : []
}
