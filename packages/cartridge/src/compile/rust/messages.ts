/** What rustc says, line by line in JSON, as diagnostics about an author's source. */

import { z } from 'zod'
import { type Diagnostic, placeOf, wholeSource } from '../compiler.js'

/** Name of the one file. */
export const crateFile = 'main.rs'

/** Where the standard library's own sources seem to stand. */
const libraryRoot = '/rustc/'

const spanSchema = z.object({
  file_name: z.string(),
  is_primary: z.boolean(),
  line_start: z.number(),
  line_end: z.number(),
  /** In characters, from 1. */
  column_start: z.number(),
  column_end: z.number(),
  /** Where a macro was used that led there. */
  get expansion() {
    return z.object({ span: spanSchema }).nullish()
  },
})
type Span = z.output<typeof spanSchema>

const messageSchema = z.object({
  message: z.string(),
  code: z.object({ code: z.string() }).nullish(),
  level: z.string(),
  spans: z.array(spanSchema),
  children: z.array(z.object({ message: z.string(), level: z.string(), spans: z.array(spanSchema) })),
})

/** Diagnostics that are kept. */
const most = 100

/** What an author is told of a file that was looked into. */
export const readsFiles = wholeSource(
  'reads',
  'It looks at files or at the environment of the machine',
  'Write everything into this one file: there is no include!, include_str!, include_bytes!, env!, option_env!, and no "mod name;".',
)

/**
 * Reads the messages about a crate whose first lines are `source`.
 *
 * Messages about other files are left out, since they tell what stands there; one {@link readsFiles} is in their place.
 *
 * @param wanted - What to do about an error behind the author's source, where it is not plain.
 */
export function diagnosticsOf(lines: string, source: string, wanted: string): Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  for (const line of lines.split('\n')) {
    const message = messageOf(line)
    if (message === undefined || message.level === 'failure-note') continue
    // Counts of the others.
    if (message.spans.length === 0 && (message.level === 'warning' || message.message.startsWith('aborting due to')))
      continue
    if (isForeign(message)) {
      if (!diagnostics.includes(readsFiles)) diagnostics.push(readsFiles)
    } else diagnostics.push(diagnosticOf(message, source, wanted))
    if (diagnostics.length === most) break
  }
  return diagnostics
}

function messageOf(line: string): z.output<typeof messageSchema> | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}

function isForeign({ message, spans, children }: z.output<typeof messageSchema>): boolean {
  if (message.startsWith("couldn't read") || message.startsWith('file not found for module')) return true
  return [spans, ...children.map((child) => child.spans)].flat().some((span) => {
    for (let at: Span | undefined = span; at !== undefined; at = at.expansion?.span) {
      if (at.file_name !== crateFile && !at.file_name.startsWith(libraryRoot)) return true
    }
    return false
  })
}

function diagnosticOf(
  { message, code, level, spans, children }: z.output<typeof messageSchema>,
  source: string,
  wanted: string,
): Diagnostic {
  const own = ownSpan(spans, source.split('\n').length)
  const help = children.find((child) => child.level === 'help')?.message
  const severity = level.startsWith('error') ? 'error' : level === 'warning' ? 'warning' : 'info'
  const named = code?.code ?? 'rustc'
  const rest = { code: named, severity, message, hint: help ?? (own === undefined ? wanted : null) } as const
  if (own === undefined) return { ...wholeSource(named, message), ...rest }
  return {
    ...rest,
    ...placeOf(
      source,
      offsetOf(source, own.line_start, own.column_start),
      offsetOf(source, own.line_end, own.column_end),
    ),
  }
}

/** The first place in the author's lines that a message speaks of, the main one before others. */
function ownSpan(spans: readonly Span[], lines: number): Span | undefined {
  const sorted = [...spans].sort((left, right) => Number(right.is_primary) - Number(left.is_primary))
  for (const span of sorted) {
    for (let at: Span | undefined = span; at !== undefined; at = at.expansion?.span) {
      if (at.file_name === crateFile && at.line_end <= lines) return at
    }
  }
  return undefined
}

/** Offset in UTF-16 units of a line and a column in characters. */
function offsetOf(source: string, line: number, column: number): number {
  const lines = source.split('\n')
  const before = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0)
  return before + [...(lines[line - 1] ?? '')].slice(0, column - 1).join('').length
}
