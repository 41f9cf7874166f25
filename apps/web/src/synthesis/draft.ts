/** What a function is to do, as it is being typed: texts, and what they mean. */

import { type Json, parseType, SignatureError, type SynthesisTask, Values } from '@salp/models/synthesis'

/** One example, each value as it is typed. */
export interface Row {
  /** Tells it from the others, and stays. */
  readonly key: number
  readonly args: readonly string[]
  readonly returns: string
}

/** A name and a type as they are typed. */
export interface ParameterText {
  readonly name: string
  readonly type: string
}

/** What is typed. */
export interface Draft {
  readonly name: string
  /** What is wanted, in a sentence, or nothing. */
  readonly statement: string
  readonly parameters: readonly ParameterText[]
  readonly returns: string
  readonly rows: readonly Row[]
}

/** Parameters, and examples, at most: as the node takes them. */
export const most = { parameters: 8, rows: 50 } as const

/** A draft with nothing in it but one parameter and three rows. */
export const emptyDraft: Draft = {
  ...{ name: 'f', statement: '', parameters: [{ name: 'values', type: 'number[]' }], returns: 'number[]' },
  rows: [0, 1, 2].map((key) => ({ key, args: [''], returns: '' })),
}

/** A place in a draft, such as `name`, `parameter 0 type` or `row 2 returns`. */
export type Cell =
  | 'name'
  | 'returns'
  | 'rows'
  | `parameter ${number} ${'name' | 'type'}`
  | `row ${number} ${number | 'returns'}`

/** What a draft means, or what is wrong where. */
export interface CheckedDraft {
  readonly task: SynthesisTask | undefined
  readonly problems: ReadonlyMap<Cell, string>
}

/** Checks every cell of a draft; rows in which nothing is typed are left out. */
export function checkDraft({ name, statement, parameters, returns, rows }: Draft): CheckedDraft {
  const problems = new Map<Cell, string>()
  const noteWord = (cell: Cell, word: string): void => {
    const why = wordProblem(word)
    if (why !== undefined) problems.set(cell, why)
  }
  const typeAt = (cell: Cell, text: string): string | undefined => {
    const type = readType(text)
    if (type === undefined) problems.set(cell, 'Not a type: number, boolean, string, T[] or [A,\u00a0B]')
    return type
  }
  noteWord('name', name)
  const types = parameters.map((parameter, at) => {
    noteWord(`parameter ${at} name`, parameter.name)
    if (parameters.findIndex((other) => other.name === parameter.name) < at)
      problems.set(`parameter ${at} name`, 'Another parameter is called so')
    return typeAt(`parameter ${at} type`, parameter.type)
  })
  const result = typeAt('returns', returns)
  const examples = rows.filter(isFilled).map(({ key, args, returns: text }) => {
    const valueAt = (cell: Cell, typed: string, type: string | undefined): Json | undefined => {
      if (type === undefined) return undefined
      const read = readValue(typed, type)
      if ('problem' in read) problems.set(cell, read.problem)
      return 'value' in read ? read.value : undefined
    }
    return {
      args: types.map((type, at) => valueAt(`row ${key} ${at}`, args[at] ?? '', type)),
      returns: valueAt(`row ${key} returns`, text, result),
    }
  })
  if (examples.length === 0) problems.set('rows', 'Give one example at least; four to six that differ tell most')
  if (problems.size > 0 || result === undefined) return { task: undefined, problems }
  const named = parameters.map((parameter, at) => ({ name: parameter.name, type: types[at] ?? '' }))
  const wanted = statement.trim()
  const signature = { name, parameters: named, returns: result }
  return { task: { signature, examples, ...(wanted !== '' && { statement: wanted }) }, problems }
}

/** Whether anything is typed in a row. */
export function isFilled({ args, returns }: Row): boolean {
  return [...args, returns].some((text) => text.trim() !== '')
}

/** Reads a type; nothing where the language has no such. */
export function readType(text: string): string | undefined {
  try {
    return parseType(text)
  } catch (error) {
    if (error instanceof SignatureError) return undefined
    throw error
  }
}

/** Reads a value of a type: JSON, and for a string any text that does not begin with a quote. */
export function readValue(text: string, type: string): { readonly value: Json } | { readonly problem: string } {
  const typed = text.trim()
  if (typed === '') return { problem: `Empty: write ${type === 'string' ? '"" for no text' : exampleOf(type)}` }
  if (type === 'string' && !typed.startsWith('"')) return { value: typed }
  let value: unknown
  try {
    value = JSON.parse(typed)
  } catch {
    return { problem: `Not ${type}, as JSON writes it: such as ${exampleOf(type)}` }
  }
  const values = new Values()
  const encoded = values.encode(type, value)
  if (Number.isNaN(encoded))
    return {
      problem: `Not ${type}: such as ${exampleOf(type)}${type.includes('number') ? '; whole numbers only' : ''}`,
    }
  return { value: values.decode(type, encoded) }
}

/** Writes a value so that {@link readValue} reads it back. */
export function valueText(value: unknown): string {
  const plain = typeof value === 'string' && value === value.trim() && value !== '' && !value.startsWith('"')
  return plain ? value : spacedJson(value)
}

/** JSON as people write it. */
export function spacedJson(value: unknown): string {
  return spaced(JSON.stringify(value))
}

/** JSON with a space behind each comma that is not within a text. */
export function spaced(json: string): string {
  return json.replaceAll(/"(?:[^"\\]|\\.)*"|,(?=\S)/g, (piece) => (piece === ',' ? ', ' : piece))
}

/** A value of a type, as it may be typed. */
export function exampleOf(type: string): string {
  if (type === 'number') return '3'
  if (type === 'boolean') return 'true'
  if (type === 'string') return '"text"'
  if (type.endsWith('[]')) return `[${exampleOf(type.slice(0, -2))}]`
  const parts = /^\[(.*), (.*)\]$/.exec(type)
  return parts === null ? '[]' : `[${exampleOf(parts[1] ?? '')}, ${exampleOf(parts[2] ?? '')}]`
}

/** The draft with another row below, and the key of that. */
export function addRow(draft: Draft, args: readonly string[] = []): { draft: Draft; key: number } {
  const key = 1 + Math.max(-1, ...draft.rows.map((row) => row.key))
  const row = { key, args: draft.parameters.map((_, at) => args[at] ?? ''), returns: '' }
  return { draft: { ...draft, rows: [...draft.rows, row] }, key }
}

/** The draft with a parameter more, or without one; the rows follow. */
export function changeParameters(draft: Draft, change: 'add' | { readonly remove: number }): Draft {
  if (change === 'add') {
    const taken = new Set(draft.parameters.map(({ name }) => name))
    const name = ['a', 'b', 'c', 'd', 'e', 'g', 'h', 'i', 'j'].find((letter) => !taken.has(letter)) ?? 'x'
    return {
      ...draft,
      parameters: [...draft.parameters, { name, type: 'number' }],
      rows: draft.rows.map((row) => ({ ...row, args: [...row.args, ''] })),
    }
  }
  const without = <T>(list: readonly T[]): T[] => list.filter((_, at) => at !== change.remove)
  return {
    ...draft,
    parameters: without(draft.parameters),
    rows: draft.rows.map((row) => ({ ...row, args: without(row.args) })),
  }
}

/**
 * Reads examples that were pasted: `[{ "args": […], "returns": … }]`, or `{ "signature": …, "examples": […] }`, as `salp synth` does.
 * Types that no signature names are those of the values.
 */
export function pastedDraft(text: string, before: Draft): { readonly draft: Draft } | { readonly problem: string } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { problem: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
  const signature = fieldOf(value, 'signature')
  const listed = Array.isArray(value) ? value : fieldOf(value, 'examples')
  if (!Array.isArray(listed) || listed.length === 0)
    return { problem: 'Write a list of examples: [{ "args": [1, 2], "returns": 3 }]' }
  if (listed.length > most.rows) return { problem: `${listed.length} examples are too many: ${most.rows} at most` }
  const rows: { args: readonly unknown[]; returns: unknown }[] = []
  for (const [index, one] of listed.entries()) {
    const [args, returns] = [fieldOf(one, 'args'), fieldOf(one, 'returns')]
    if (!Array.isArray(args)) return { problem: `Example ${index + 1} has no list "args"` }
    if (returns === undefined) return { problem: `Example ${index + 1} has no "returns"` }
    if (args.length !== (rows[0]?.args.length ?? args.length))
      return { problem: `Example ${index + 1} has ${args.length} arguments, the first ${rows[0]?.args.length}` }
    rows.push({ args, returns })
  }
  const count = rows[0]?.args.length ?? 0
  if (count > most.parameters) return { problem: `${count} parameters are too many: ${most.parameters} at most` }
  const names = fieldOf(signature, 'parameters')
  const textOf = (from: unknown, field: string): string | undefined => {
    const found = fieldOf(from, field)
    return typeof found === 'string' ? found : undefined
  }
  const draft: Draft = {
    name: textOf(signature, 'name') ?? before.name,
    statement: textOf(value, 'statement') ?? before.statement,
    parameters: Array.from({ length: count }, (_, at) => {
      const given = Array.isArray(names) ? names[at] : undefined
      const kept = before.parameters.length === count ? before.parameters[at]?.name : undefined
      return {
        name: textOf(given, 'name') ?? kept ?? String.fromCharCode('a'.charCodeAt(0) + at),
        type: textOf(given, 'type') ?? inferType(rows.map(({ args }) => args[at])),
      }
    }),
    returns: textOf(signature, 'returns') ?? inferType(rows.map(({ returns }) => returns)),
    rows: rows.map(({ args, returns }, key) => ({ key, args: args.map(valueText), returns: valueText(returns) })),
  }
  return { draft }
}

/** The type of values that are alike; a list that is always empty is taken for one of numbers. */
export function inferType(values: readonly unknown[]): string {
  const [first] = values
  if (typeof first === 'boolean' || typeof first === 'string') return typeof first
  if (!Array.isArray(first)) return 'number'
  const lists = values.filter((value) => Array.isArray(value))
  const kinds = new Set(lists.flat().map((item) => (Array.isArray(item) ? 'list' : typeof item)))
  if (kinds.size > 1 && lists.every(({ length }) => length === 2))
    return `[${[0, 1].map((at) => inferType(lists.map((list) => list[at]))).join(', ')}]`
  return `${inferType(lists.flat())}[]`
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}

/** Words that name nothing in a module of TypeScript. */
const taken = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for ' +
    'function if implements import in instanceof interface let new null package private protected public return static super switch ' +
    'this throw true try typeof var void while with yield'
  ).split(' '),
)

function wordProblem(word: string): string | undefined {
  if (word === '') return 'It needs a name'
  if (!/^[A-Za-z_$][\w$]*$/.test(word)) return 'Letters, digits and _ only, a letter first'
  return taken.has(word) ? `TypeScript keeps “${word}” for itself` : undefined
}
