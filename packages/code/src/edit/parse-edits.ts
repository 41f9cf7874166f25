/** Reads the edits out of what a model wrote, in whichever of the usual formats it wrote them. */

import { type FilePatch, type Hunk, parsePatch, unfence } from './patch.js'
import type { PassageEdit } from './replace-passage.js'
import type { HunkLine } from './rewrite.js'

/** One change of one file. */
export type FileEdit =
  | ({ readonly type: 'replace'; readonly path: string } & PassageEdit)
  /** Lines from `first` to `last`, counted from 1; one less than `first` inserts before it. */
  | {
      readonly type: 'lines'
      readonly path: string
      readonly first: number
      readonly last: number
      readonly text: string
    }
  /** The whole file; with `create` it must not be there, or be blank. */
  | { readonly type: 'write'; readonly path: string; readonly text: string; readonly create: boolean }
  | ({ readonly type: 'patch' } & FilePatch)

/** How edits can be written. */
export type EditFormat = 'blocks' | 'diff' | 'patch' | 'files'

/** Edits in their order, or why the text holds none that can be read. */
export type ParsedEdits =
  | { readonly status: 'parsed'; readonly format: EditFormat; readonly edits: readonly FileEdit[] }
  | { readonly status: 'refused'; readonly reason: string }

/** What the text may leave out. */
export interface ParseEditsOptions {
  /** File that is meant where the text names none. */
  readonly path?: string | undefined
}

const marker = {
  search: /^\s{0,3}<{5,9}(?:\s.*|[A-Z]+)?$/i,
  divide: /^\s{0,3}={5,9}\s*$/,
  replace: /^\s{0,3}>{5,9}(?:\s.*|[A-Z]+)?$/i,
}

/**
 * Reads edits. Prose around them is passed over.
 *
 * - `blocks`: a path, then `<<<<<<< SEARCH`, the old lines, `=======`, the new ones, `>>>>>>> REPLACE`; an empty first part
 *   writes a new file.
 * - `patch`: from `*** Begin Patch` to `*** End Patch`, with `*** Add File`, `*** Update File`, `*** Delete File`, `*** Move to`.
 * - `diff`: a unified diff; its counts and line numbers need not be right.
 * - `files`: fences of Markdown, each headed by a path; `path:3-7` replaces those lines, a path alone the whole file.
 */
export function parseEdits(text: string, { path }: ParseEditsOptions = {}): ParsedEdits {
  const plain = text.replace(/\r\n/g, '\n')
  const lines = plain.split('\n')
  if (lines.some((line) => /^\s*\*\*\* (?:Begin Patch|(?:Add|Update|Delete) File:)/.test(line)))
    return parseEnvelope(lines)
  if (lines.some((line) => marker.search.test(line)) && lines.some((line) => marker.divide.test(line)))
    return parseBlocks(lines, path)
  if (lines.some((line) => /^(?:--- |\+\+\+ |@@|diff --git )/.test(line))) return parseDiff(plain, path)
  return parseFences(lines, path)
}

function refused(reason: string): ParsedEdits {
  return { status: 'refused', reason }
}

function parseDiff(text: string, path: string | undefined): ParsedEdits {
  const body = unfence(text)
  const headed = /^--- .*\n\+\+\+ /m.test(body) || /^rename from /m.test(body)
  const parsed = parsePatch(headed || path === undefined ? body : `--- a/${path}\n+++ b/${path}\n${fromHunks(body)}`)
  if (parsed.status === 'refused') return parsed
  return { status: 'parsed', format: 'diff', edits: parsed.files.map((file) => ({ type: 'patch', ...file })) }
}

function fromHunks(text: string): string {
  return text.slice(Math.max(0, text.search(/^@@/m)))
}

/** A path as it heads a block: bare, in backquotes, bold, after "File:" or a comment sign. */
function pathIn(line: string): string | undefined {
  const bare = line
    .trim()
    .replace(/^(?:#+|\/\/|<!--|\*(?!\*)|-)\s+/, '')
    .replace(/\s*-->$/, '')
    .replace(/^\*\*(.+?)\*\*:?$/, '$1')
    .replace(/^(?:file(?:name)?|path|in|edit)\s*:?\s+(?=\S+$)/i, '')
    .replace(/^(?:file(?:name)?|path)\s*:\s*/i, '')
    .replace(/:$/, '')
    .replace(/^[`'"](.+)[`'"]:?$/, '$1')
    .trim()
  if (bare === '' || bare.length > 300 || /[\s<>|*?"'`{}();=,]/.test(bare)) return undefined
  return /[./]|^(?:Makefile|Dockerfile|LICENSE|README)$/.test(bare) && !/^\.+$|\.$|^https?:/.test(bare)
    ? bare.replace(/^\.\//, '')
    : undefined
}

/** The path in the line above a block, fences and blank lines apart. */
function pathAbove(lines: readonly string[], index: number): string | undefined {
  for (let at = index - 1; at >= Math.max(0, index - 4); at--) {
    const line = lines[at] ?? ''
    const fence = /^\s*(?:`{3,}|~{3,})\s*(.*)$/.exec(line)
    if (line.trim() === '') continue
    if (fence === null) return pathIn(line)
    const named = fence[1]
      ?.split(/\s+/)
      .map(pathIn)
      .find((found) => found !== undefined)
    if (named !== undefined) return named
  }
  return undefined
}

function parseBlocks(lines: readonly string[], path: string | undefined): ParsedEdits {
  const edits: FileEdit[] = []
  let current = path
  for (let index = 0; index < lines.length; index++) {
    if (!marker.search.test(lines[index] ?? '')) continue
    current = pathAbove(lines, index) ?? current
    const number = edits.length + 1
    const divide = lines.findIndex((line, at) => at > index && marker.divide.test(line))
    const close = lines.findIndex((line, at) => at > divide && marker.replace.test(line))
    if (divide < 0) return refused(`block ${number} has no "=======". Write <<<<<<< SEARCH, =======, >>>>>>> REPLACE`)
    if (close < 0) return refused(`block ${number} has no ">>>>>>> REPLACE"`)
    if (current === undefined) return refused(`block ${number} names no file. Write its path in the line above`)
    const between = lines.slice(index + 1, close).filter((line) => marker.search.test(line)).length
    if (between > 0) return refused(`block ${number} is not closed before the next one begins`)
    const second = lines.slice(divide + 1, close).findIndex((line) => marker.divide.test(line))
    if (second >= 0) return refused(`block ${number} has two "=======", so it is not clear where its parts end`)
    const [old, fresh] = [lines.slice(index + 1, divide), lines.slice(divide + 1, close)]
    edits.push(
      old.every((line) => line.trim() === '')
        ? { type: 'write', path: current, text: fresh.map((line) => `${line}\n`).join(''), create: true }
        : { type: 'replace', path: current, ...linesOf(old, fresh), all: false, wholeLines: true },
    )
    index = close
  }
  return edits.length === 0 ? refused('it holds no whole block') : { status: 'parsed', format: 'blocks', edits }
}

/** Quotes of whole lines; nothing is left of lines that are only taken out. */
function linesOf(old: readonly string[], fresh: readonly string[]): { find: string; replace: string } {
  return { find: `${old.join('\n')}\n`, replace: fresh.length === 0 ? '' : `${fresh.join('\n')}\n` }
}

function parseEnvelope(lines: readonly string[]): ParsedEdits {
  const edits: FileEdit[] = []
  let file:
    | { from: string | undefined; to: string | undefined; hunks: { anchors: string[]; lines: HunkLine[] }[] }
    | undefined
  const finish = (): void => {
    if (file === undefined) return
    const hunks: Hunk[] = file.hunks
      .filter((hunk) => hunk.lines.some(({ type }) => type !== 'context'))
      .map(({ anchors, lines: own }) => ({ line: undefined, anchors, lines: trimmed(own) }))
    edits.push({ type: 'patch', from: file.from, to: file.to, hunks })
    file = undefined
  }
  const begin = lines.findIndex((line) => /^\s*\*\*\* /.test(line))
  let added: string[] | undefined
  let addedPath = ''
  const finishAdded = (): void => {
    if (added === undefined) return
    const body = added.some((line) => line.startsWith('+'))
      ? added.filter((line) => line.startsWith('+')).map((line) => line.slice(1))
      : added.slice(0, added.findLastIndex((line) => line.trim() !== '') + 1)
    edits.push({ type: 'write', path: addedPath, text: body.map((line) => `${line}\n`).join(''), create: true })
    added = undefined
  }
  for (const line of lines.slice(begin)) {
    const directive =
      /^\s*\*\*\* (Begin Patch|End Patch|End of File|Add File|Update File|Delete File|Move to)\b:?\s*(.*)$/.exec(line)
    if (directive === null) {
      if (added !== undefined) added.push(line)
      else if (file !== undefined) readHunkLine(file.hunks, line)
      continue
    }
    const [, name, rest = ''] = directive
    const path = rest
      .trim()
      .replace(/^[`'"](.+)[`'"]$/, '$1')
      .replace(/^\.\//, '')
    if (name === 'End of File' || name === 'Begin Patch') continue
    if (name === 'Move to') {
      if (file === undefined || path === '') return refused('"*** Move to" stands outside of "*** Update File"')
      file.to = path
      continue
    }
    finish()
    finishAdded()
    if (name === 'End Patch') break
    if (path === '') return refused(`"*** ${name}" names no file`)
    if (name === 'Add File') [added, addedPath] = [[], path]
    else if (name === 'Delete File') edits.push({ type: 'patch', from: path, to: undefined, hunks: [] })
    else file = { from: path, to: path, hunks: [] }
  }
  finish()
  finishAdded()
  const idle = edits.find((edit) => edit.type === 'patch' && edit.from === edit.to && edit.hunks.length === 0)
  if (idle !== undefined)
    return refused(`it changes nothing in "${pathsOf(idle).join('')}". Put "-" and "+" before the lines that change`)
  return edits.length === 0 ? refused('it names no file') : { status: 'parsed', format: 'patch', edits }
}

function readHunkLine(hunks: { anchors: string[]; lines: HunkLine[] }[], line: string): void {
  const last = hunks.at(-1)
  if (line.startsWith('@@')) {
    const anchor = line
      .replace(/^@@(?:\s*-\d[\d,]*\s+\+\d[\d,]*\s*@@)?/, '')
      .replace(/@@\s*$/, '')
      .trim()
    const anchors = anchor === '' ? [] : [anchor]
    if (last !== undefined && last.lines.length === 0) last.anchors.push(...anchors)
    else hunks.push({ anchors, lines: [] })
    return
  }
  const hunk = last ?? { anchors: [], lines: [] }
  if (last === undefined) hunks.push(hunk)
  const type = line.startsWith('+') ? 'add' : line.startsWith('-') ? 'remove' : 'context'
  hunk.lines.push({ type, text: type === 'context' && !line.startsWith(' ') ? line : line.slice(1), open: false })
}

/** Without the blank lines behind a hunk, which belong to the text around it. */
function trimmed(lines: readonly HunkLine[]): readonly HunkLine[] {
  return lines.slice(0, lines.findLastIndex(({ type, text }) => type !== 'context' || text.trim() !== '') + 1)
}

function parseFences(lines: readonly string[], path: string | undefined): ParsedEdits {
  const edits: FileEdit[] = []
  for (let index = 0; index < lines.length; index++) {
    const open = /^(\s{0,3})(`{3,}|~{3,})(.*)$/.exec(lines[index] ?? '')
    if (open === null) continue
    const [, , ticks = '', info = ''] = open
    const close = lines.findIndex(
      (line, at) => at > index && new RegExp(`^\\s{0,3}${ticks[0]}{${ticks.length},}\\s*$`).test(line),
    )
    if (close < 0) return refused('a fence is not closed, so the text may have been cut off')
    const inside = info
      .trim()
      .split(/\s+/)
      .map((word) => pathIn(word.replace(/^(?:title|file|path)=/, '')))
      .find((found) => found !== undefined)
    const named = inside ?? pathAbove(lines, index) ?? path
    if (named !== undefined) edits.push(fenceEdit(named, lines.slice(index + 1, close)))
    index = close
  }
  return edits.length === 0
    ? refused('it holds neither SEARCH and REPLACE blocks, nor a patch, nor a fence headed by a path')
    : { status: 'parsed', format: 'files', edits }
}

function fenceEdit(named: string, lines: readonly string[]): FileEdit {
  const text = lines.map((line) => `${line}\n`).join('')
  const range = /^(.*?)(?::|#)L?(\d+)(?:-L?(\d+))?$/.exec(named)
  if (range === null) return { type: 'write', path: named, text, create: false }
  const [, path = '', first = '', last = first] = range
  return { type: 'lines', path, first: Number(first), last: Number(last), text }
}

/** The paths that an edit touches: the one it reads, then the one it writes. */
export function pathsOf(edit: FileEdit): string[] {
  if (edit.type !== 'patch') return [edit.path]
  return [...new Set([edit.from, edit.to])].filter((path) => path !== undefined)
}
