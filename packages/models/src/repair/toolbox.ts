/** The tools a call may mean, however it spells them. */

import type { JSONSchema7 } from '@ai-sdk/provider'
import { parseTolerantJson } from './tolerant-json.js'

/** A tool as far as repair has to know it. An AI SDK function tool is one. */
export interface RepairableTool {
  readonly name: string
  /** JSON schema of its input; without one, arguments are taken as they come. */
  readonly inputSchema?: JSONSchema7 | undefined
}

/** Finds tools by names near theirs. */
export interface Toolbox {
  readonly names: readonly string[]
  /** The tool meant by `name`: spelt so, or so but for case and separators, or the only one within two edits. */
  resolve(name: string): RepairableTool | undefined
}

/** Creates a toolbox. */
export function createToolbox(tools: readonly RepairableTool[]): Toolbox {
  const exact = new Map(tools.map((tool) => [tool.name, tool]))
  const folded = new Map(tools.map((tool) => [fold(tool.name), tool]))
  return {
    names: [...exact.keys()],
    resolve(written) {
      const name = written
        .trim()
        .replace(/^["'`“”‘’*]+|["'`“”‘’*]+$/gu, '')
        .replace(/^(?:functions?|tools?|default_api|api)[.:/]/i, '')
        .replace(/:\d+$/, '')
      const near = exact.get(name) ?? folded.get(fold(name))
      if (near !== undefined || name.length < 5 || !/^[\p{L}\p{N}_.\- ]+$/u.test(name)) return near
      const within = tools.filter((tool) => tool.name.length >= 5 && editDistance(fold(tool.name), fold(name)) <= 2)
      return within.length === 1 ? within[0] : undefined
    },
  }
}

function fold(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

/** Fewest insertions, deletions, replacements and swaps of neighbours; anything beyond 2 counts as 3. */
export function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      current.push(
        Math.min(
          (previous[column] ?? 3) + 1,
          (current[column - 1] ?? 3) + 1,
          (previous[column - 1] ?? 3) + (same ? 0 : 1),
          swapped ? (beforePrevious[column - 2] ?? 3) + 1 : 3,
        ),
      )
    }
    beforePrevious = previous
    previous = current
  }
  return Math.min(previous[b.length] ?? 3, 3)
}

/** Names that models give to properties of other names. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  command: ['cmd', 'shell', 'script', 'code'],
  path: ['file_path', 'filepath', 'file', 'filename', 'file_name', 'dir', 'directory', 'folder', 'target_file'],
  content: ['contents', 'text', 'body', 'data', 'fact', 'memory', 'note'],
  query: ['q', 'search', 'search_query', 'pattern', 'term', 'keywords', 'question'],
  find: ['old', 'old_string', 'old_str', 'search'],
  replace: ['new', 'new_string', 'new_str', 'replacement'],
  patch: ['diff', 'input'],
  title: ['name', 'task', 'summary'],
  url: ['uri', 'link', 'address'],
  question: ['prompt', 'text', 'message'],
}

/**
 * Fits what a model wrote as arguments to a tool's schema.
 *
 * Parses text that holds an object; names positional values; renames properties that the schema does not know to ones it
 * misses; turns text into the number, boolean or structure the schema asks for. What does not fit is left as it is: the
 * tool's own check tells the model.
 *
 * @returns Nothing if no object can be made of it.
 */
export function fitArguments(tool: RepairableTool | undefined, written: unknown): Record<string, unknown> | undefined {
  const properties = tool?.inputSchema?.properties ?? {}
  const required = tool?.inputSchema?.required ?? []
  const main = required[0] ?? Object.keys(properties)[0]
  if (written === undefined || written === null || written === '') return {}
  if (typeof written === 'string') {
    const parsed = /^\s*[{[]/.test(written) ? parseTolerantJson(written) : undefined
    if (parsed !== undefined && !Array.isArray(parsed)) return fitArguments(tool, parsed)
    return main === undefined ? undefined : { [main]: written }
  }
  if (Array.isArray(written)) {
    const names = [...new Set([...required, ...Object.keys(properties)])]
    if (written.length > names.length || typeof written[0] === 'object') return undefined
    return fitArguments(tool, Object.fromEntries(written.map((value, index) => [names[index] ?? '', value])))
  }
  if (typeof written !== 'object') return main === undefined ? undefined : fitArguments(tool, { [main]: written })
  const missing = new Set(Object.keys(properties).filter((name) => !(name in written)))
  return Object.fromEntries(
    Object.entries(written).map(([key, value]) => {
      const name = key in properties ? key : (intended(key, missing) ?? key)
      missing.delete(name)
      return [name, fitValue(properties[name], value)]
    }),
  )
}

function intended(key: string, missing: ReadonlySet<string>): string | undefined {
  const candidates = [...missing]
  return (
    candidates.find((name) => fold(name) === fold(key)) ??
    candidates.find((name) => aliases[name]?.includes(key.toLowerCase())) ??
    candidates.find((name) => key.length >= 4 && editDistance(fold(name), fold(key)) <= 1)
  )
}

function fitValue(schema: JSONSchema7 | boolean | undefined, value: unknown): unknown {
  const type = typeof schema === 'object' ? schema.type : undefined
  if (type === 'string') return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
  if (typeof value !== 'string') return value
  const text = value.trim()
  if (type === 'number' || type === 'integer')
    return text !== '' && Number.isFinite(Number(text)) ? Number(text) : value
  if (type === 'boolean') return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : value
  if (type === 'array' || type === 'object') return parseTolerantJson(text) ?? value
  return value
}
