/** A call as an editor shows it: a title, a kind, the places it touches, and what it would change. */

import type { ToolCallContent, ToolCallLocation, ToolKind } from '@agentclientprotocol/sdk/unstable'
import { type FileEdit, parseEdits, pathsOf } from '@salp/code'
import { z } from 'zod'
import type { Effect } from '../protocol.js'
import type { JsonValue } from '../tool.js'
import { pathNames } from '../tools/input.js'
import { normalizePath } from '../tools/paths.js'

/** What is shown. */
export interface CallView {
  readonly title: string
  readonly kind: ToolKind
  readonly locations: ToolCallLocation[]
  /** Of tools that change files. */
  readonly diffs: ToolCallContent[]
}

const kinds: Readonly<Record<string, ToolKind>> = {
  read_file: 'read',
  list_files: 'search',
  search_files: 'search',
  recall: 'search',
  write_file: 'edit',
  edit_file: 'edit',
  patch_file: 'edit',
  run_command: 'execute',
  fetch_url: 'fetch',
}

const kindOfEffect: Readonly<Record<Effect, ToolKind>> = {
  none: 'other',
  read: 'read',
  self: 'other',
  write: 'edit',
  execute: 'execute',
  network: 'fetch',
}

const verbs: Readonly<Record<string, string>> = {
  read_file: 'Read',
  list_files: 'List',
  search_files: 'Search',
  write_file: 'Write',
  edit_file: 'Edit',
  patch_file: 'Patch',
  run_command: 'Run',
  fetch_url: 'Fetch',
}

const textField = z.string().optional().catch(undefined)
const fields = z.looseObject({
  ...Object.fromEntries(['path', ...pathNames].map((name) => [name, textField])),
  ...{ content: textField, find: textField, replace: textField, patch: textField },
  ...{ command: textField, query: textField, url: textField },
  startLine: z.number().int().optional().catch(undefined),
})

/**
 * Views a call.
 *
 * @param folder - Absolute; paths of the input are relative to it.
 * @param before - Text of the file that `write_file` replaces, where it is known.
 */
export function viewCall(
  { tool, input, effect }: { readonly tool: string; readonly input: JsonValue; readonly effect: Effect },
  { folder, before }: { readonly folder: string; readonly before?: string | undefined },
): CallView {
  const given = fields.safeParse(input).data ?? {}
  const text = (name: string): string | undefined => {
    const value = given[name]
    return typeof value === 'string' ? value : undefined
  }
  const path = pathOf(input)
  const locate = (relative: string): string => absolute(folder, relative)
  const kind = kinds[tool] ?? kindOfEffect[effect]
  if (tool === 'patch_file') {
    const parsed = parseEdits(text('patch') ?? '', { path })
    const edits = parsed.status === 'parsed' ? parsed.edits : []
    const names = [...new Set(edits.flatMap((edit) => pathsOf(edit).at(-1) ?? []))]
    return {
      title: titleOf(tool, names.join(', ')),
      kind,
      locations: names.map((name) => ({ path: locate(name) })),
      diffs: edits.flatMap((edit) => editDiffs(edit, locate)),
    }
  }
  const { startLine } = given
  const locations =
    path === undefined
      ? []
      : [{ path: locate(path), ...(typeof startLine === 'number' && startLine > 0 && { line: startLine }) }]
  return {
    title: titleOf(tool, text('command') ?? text('query') ?? text('url') ?? path ?? brief(input)),
    kind,
    locations,
    diffs: path === undefined ? [] : fileDiff(tool, locate(path), { ...pick(text), before }),
  }
}

/** The path that a call names first; nothing where it names none. */
export function pathOf(input: JsonValue): string | undefined {
  const given: Record<string, unknown> = fields.safeParse(input).data ?? {}
  const named = ['path', ...pathNames].map((name) => given[name]).find((value) => value !== undefined)
  return typeof named === 'string' ? named : undefined
}

function pick(text: (name: string) => string | undefined) {
  return { content: text('content'), find: text('find'), replace: text('replace') }
}

function fileDiff(
  tool: string,
  path: string,
  { content, find, replace, before }: Readonly<Record<'content' | 'find' | 'replace' | 'before', string | undefined>>,
): ToolCallContent[] {
  if (tool === 'edit_file' && find !== undefined && replace !== undefined)
    return [{ type: 'diff', path, oldText: find, newText: replace }]
  if (tool === 'write_file' && content !== undefined && before !== content)
    return [{ type: 'diff', path, oldText: before ?? null, newText: content }]
  return []
}

/** One diff for each passage: what it quotes of the file, and what comes in its place. */
function editDiffs(edit: FileEdit, locate: (path: string) => string): ToolCallContent[] {
  const name = pathsOf(edit).at(-1)
  if (name === undefined) return []
  const path = locate(name)
  if (edit.type === 'replace') return [{ type: 'diff', path, oldText: edit.find, newText: edit.replace }]
  if (edit.type !== 'patch') return [{ type: 'diff', path, oldText: null, newText: edit.text }]
  const { from, to, hunks } = edit
  return hunks.map(({ lines }) => {
    const side = (left: 'add' | 'remove'): string =>
      lines
        .filter(({ type }) => type !== left)
        .map(({ text }) => text)
        .join('\n')
    const oldText = from === undefined ? null : side('add')
    return { type: 'diff', path, oldText, newText: to === undefined ? '' : side('remove') }
  })
}

function titleOf(tool: string, about: string): string {
  const verb = verbs[tool] ?? tool.replaceAll('__', ': ').replaceAll('_', ' ')
  const line = about.replace(/\s+/g, ' ').trim()
  return line === '' ? verb : `${verb} ${line.length <= 120 ? line : `${line.slice(0, 119).toWellFormed()}…`}`
}

function brief(input: JsonValue): string {
  if (typeof input === 'string') return input
  const isEmpty = typeof input !== 'object' || input === null || Object.keys(input).length === 0
  return isEmpty ? '' : JSON.stringify(input)
}

function absolute(folder: string, path: string): string {
  const slashed = path.replaceAll('\\', '/')
  return /^(?:\/|[a-zA-Z]:\/)/.test(slashed) ? path : normalizePath(`${folder}/${slashed}`)
}
