/** Tools that look at the files of a workspace. */

import { globMatcher, toLines } from '@salp/code'
import { z } from 'zod'
import { type Assessment, createTool, type Tool, ToolError } from '../../tool.js'
import { forgiving, pathNames, pathSchema } from '../../tools/input.js'
import { isSecretPath } from '../../tools/paths.js'
import { createLineMatcher } from './line-matcher.js'
import { decodeText, describeBinary } from './text-file.js'
import { walk } from './walk.js'
import { hashOf, type OpenedFile, type Workspace, type WorkspacePath } from './workspace.js'

/** Most characters that one `read_file` gives. */
const pageChars = 30_000
/** Files up to this size are read whole; larger ones line by line. */
const wholeBytes = 8_000_000
const maxEntries = 500
const maxMatches = 200
const maxSearchedBytes = 2_000_000
const maxLineChars = 300

const lineNumber = z.coerce.number().int().min(1)
const folder = pathSchema.default('.')

/** Creates `read_file`, `list_files` and `search_files`. */
export function createReadTools({ workspace }: { workspace: Workspace }): readonly Tool[] {
  /** Refuses what leads outside, and asks before secrets reach the model. */
  const assess = async ({ path }: { path: string }): Promise<Assessment> => {
    try {
      const { relative } = await workspace.locate(path)
      if (isSecretPath(relative) || isSecretPath(path))
        return { risk: { level: 'high', reasons: ['reads a file that may hold secrets'] }, ask: true }
      return { risk: { level: 'low', reasons: [] } }
    } catch (error) {
      return refusal(error)
    }
  }

  const read = createTool({
    name: 'read_file',
    description:
      'Reads a text file, or the lines from startLine to endLine. A long file comes in pages; the first line then says how to go on.',
    input: forgiving(z.object({ path: pathSchema, startLine: lineNumber.optional(), endLine: lineNumber.optional() }), {
      aliases: { path: pathNames, startLine: ['start_line', 'start', 'offset'], endLine: ['end_line', 'end'] },
      text: 'path',
    }),
    effect: 'read',
    repeatable: true,
    timeoutMs: 30_000,
    assess,
    async run({ path, startLine, endLine }, { signal }) {
      const found = await workspace.locate(path)
      await using handle = await workspace.open(found)
      const { size } = await handle.stat()
      if (size > wholeBytes) return await readLarge(handle, found, { startLine, endLine, size, signal })
      const bytes = await handle.readFile()
      const decoded = decodeText(bytes)
      if (decoded === undefined) return `[${describeBinary(bytes)}, ${bytes.length} bytes, sha256 ${hashOf(bytes)}]`
      return page(
        toLines(decoded.text).map(({ text, end }) => text + end),
        { path: found.relative, first: startLine, last: endLine },
      )
    },
  })

  const list = createTool({
    name: 'list_files',
    description:
      'Lists the files and folders of a folder, without what git ignores. "depth" goes deeper; "pattern" is a glob such as "**/*.ts".',
    input: forgiving(
      z.object({
        path: folder,
        pattern: z.string().min(1).max(500).optional(),
        depth: z.coerce.number().int().min(1).max(50).optional(),
      }),
      { aliases: { path: ['folder', 'directory', 'dir', ...pathNames], pattern: ['glob'] }, text: 'path' },
    ),
    effect: 'read',
    repeatable: true,
    timeoutMs: 30_000,
    assess: refuseOutside(workspace),
    async run({ path, pattern, depth }, { signal }) {
      const start = await folderAt(workspace, path)
      const fits = pattern === undefined ? () => true : compile(pattern)
      const deep = depth ?? (pattern?.includes('/') === true ? 50 : 1)
      const found: { path: string; kind: 'file' | 'folder'; sizeBytes?: number }[] = []
      let truncated = false
      for await (const entry of walk(workspace, start, { depth: deep, signal })) {
        if (!fits(below(entry.path, start.relative))) continue
        truncated = found.length === maxEntries
        if (truncated) break
        found.push(entry.kind === 'file' ? { ...entry } : { path: entry.path, kind: entry.kind })
      }
      return { path: start.relative, entries: found, truncated }
    },
  })

  const search = createTool({
    name: 'search_files',
    description:
      'Finds lines that hold a text, or match a regular expression, in the files of a folder. "pattern" is a glob that narrows the files.',
    input: forgiving(
      z.object({
        query: z.string().min(1).max(1_000),
        path: folder,
        regex: z.boolean().default(false),
        pattern: z.string().min(1).max(500).optional(),
      }),
      {
        aliases: {
          query: ['text', 'search', 'q'],
          path: ['folder', 'directory', 'dir', ...pathNames],
          pattern: ['glob', 'include'],
        },
        text: 'query',
      },
    ),
    effect: 'read',
    repeatable: true,
    timeoutMs: 60_000,
    assess: refuseOutside(workspace),
    async run({ query, path, regex, pattern }, { signal }) {
      const start = await workspace.locate(path)
      const fits = pattern === undefined ? () => true : compile(pattern)
      const matcher = regex ? createLineMatcher(query, { timeoutMs: 2_000, signal }) : undefined
      const lines: string[] = []
      let skipped = 0
      try {
        for await (const file of filesAt(workspace, start, signal)) {
          if (!fits(below(file.path, start.relative)) || isSecretPath(file.path)) continue
          if (file.sizeBytes > maxSearchedBytes) {
            skipped++
            continue
          }
          const text = await textOf(workspace, file.path)
          if (text === undefined) continue
          const content = text.split(/\r?\n/)
          const left = maxMatches - lines.length + 1
          const hits =
            matcher === undefined
              ? literalHits(content, query, left)
              : await matcher.match(
                  content.map((line) => line.slice(0, 10_000)),
                  left,
                )
          lines.push(...hits.map((index) => `${file.path}:${index + 1}: ${clip(content[index] ?? '')}`))
          if (lines.length > maxMatches) break
        }
      } finally {
        await matcher?.close()
      }
      const notes = [
        ...(lines.length > maxMatches
          ? [`[more than ${maxMatches} matches; narrow the query, the path or the pattern]`]
          : []),
        ...(skipped > 0 ? [`[${skipped} files of more than ${maxSearchedBytes / 1_000_000} MB were left out]`] : []),
      ]
      if (lines.length === 0) return [`No line matches "${query}"`, ...notes].join('\n')
      return [...lines.slice(0, maxMatches), ...notes].join('\n')
    },
  })

  return [read, list, search]
}

/** The assessment of a path that cannot be used. Faults of the disk are left to the run, which explains them. */
export function refusal(error: unknown): Assessment {
  if (error instanceof ToolError && error.kind === 'invalid')
    return { risk: { level: 'high', reasons: [error.message] }, refuse: error.message }
  return { risk: { level: 'medium', reasons: ['cannot be checked before it runs'] } }
}

function refuseOutside(workspace: Workspace): (input: { path: string }) => Promise<Assessment> {
  return async ({ path }) => {
    try {
      await workspace.locate(path)
      return { risk: { level: 'low', reasons: [] } }
    } catch (error) {
      return refusal(error)
    }
  }
}

/** The lines from `first` to `last`, as many as fit, with a head line if they are not all. */
function page(
  lines: readonly string[],
  { path, first = 1, last }: { path: string; first?: number | undefined; last?: number | undefined },
): string {
  if (lines.length === 0) return first === 1 ? '[the file is empty]' : `[the file is empty; there is no line ${first}]`
  if (first > lines.length)
    throw new ToolError(`Cannot read "${path}" from line ${first}: it has ${lines.length} lines`, { kind: 'invalid' })
  const wanted = lines.slice(first - 1, Math.max(first, Math.min(last ?? lines.length, lines.length)))
  const { text, count } = fitPage(wanted)
  const end = first + count - 1
  if (first === 1 && end === lines.length && count === wanted.length) return text
  const more = end < Math.min(last ?? lines.length, lines.length) ? `; go on with startLine ${end + 1}` : ''
  return `[lines ${first} to ${end} of ${lines.length}${more}]\n${text}`
}

function fitPage(lines: readonly string[]): { text: string; count: number } {
  let text = ''
  for (const [index, line] of lines.entries()) {
    if (text.length + line.length <= pageChars) {
      text += line
      continue
    }
    if (index > 0) return { text, count: index }
    return {
      text: `${line.slice(0, pageChars).toWellFormed()}\n[the line goes on for ${line.length - pageChars} characters]\n`,
      count: 1,
    }
  }
  return { text, count: lines.length }
}

/** Reads a page of a file that is too large to be held in memory. */
async function readLarge(
  handle: OpenedFile,
  path: WorkspacePath,
  options: { startLine?: number | undefined; endLine?: number | undefined; size: number; signal: AbortSignal },
): Promise<string> {
  const { startLine = 1, endLine = Number.POSITIVE_INFINITY, size, signal } = options
  const head = Buffer.alloc(8_192)
  const { bytesRead } = await handle.read(head, 0, head.length, 0)
  // A character may be cut off at the end of the first bytes, which makes them seem to be in an old encoding: text anyway.
  if (decodeText(head.subarray(0, bytesRead)) === undefined) return `[${describeBinary(head)}, ${size} bytes]`
  let [number, text, more] = [0, '', '']
  for await (const line of linesOf(handle, signal)) {
    number++
    if (number < startLine) continue
    if (number > endLine || (text !== '' && text.length + line.length > pageChars)) {
      more = number > endLine ? '' : `; go on with startLine ${number}`
      number--
      break
    }
    text += line.length <= pageChars ? line : `${line.slice(0, pageChars).toWellFormed()}\n[the line goes on]\n`
  }
  if (number < startLine) {
    throw new ToolError(`Cannot read "${path.relative}" from line ${startLine}: it has ${number} lines`, {
      kind: 'invalid',
    })
  }
  return `[lines ${startLine} to ${number} of a file of ${size} bytes${more}]\n${text}`
}

/** The lines of a file, with their ends. Of an endless line only the start is kept. */
async function* linesOf(handle: OpenedFile, signal: AbortSignal): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  const chunk = Buffer.alloc(1 << 20)
  let rest = ''
  for (let position = 0; ; ) {
    signal.throwIfAborted()
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position)
    if (bytesRead === 0) break
    position += bytesRead
    const lines = (rest + decoder.decode(chunk.subarray(0, bytesRead), { stream: true })).split('\n')
    rest = (lines.pop() ?? '').slice(0, pageChars + 1)
    for (const line of lines) yield `${line}\n`
  }
  if (rest !== '') yield rest
}

async function folderAt(workspace: Workspace, path: string): Promise<WorkspacePath> {
  const found = await workspace.locate(path)
  if (found.kind === 'missing')
    throw new ToolError(`Cannot list "${path}": there is no such folder`, {
      kind: 'invalid',
      hint: 'List the folder above it',
    })
  if (found.kind !== 'folder')
    throw new ToolError(`Cannot list "${path}": it is a file`, { kind: 'invalid', hint: 'Use read_file' })
  return found
}

async function* filesAt(
  workspace: Workspace,
  start: WorkspacePath,
  signal: AbortSignal,
): AsyncGenerator<{ path: string; sizeBytes: number }> {
  if (start.kind === 'missing')
    throw new ToolError(`Cannot search "${start.relative}": there is no such file or folder`, { kind: 'invalid' })
  if (start.kind !== 'folder') yield { path: start.relative, sizeBytes: 0 }
  else for await (const entry of walk(workspace, start, { depth: 50, signal })) if (entry.kind === 'file') yield entry
}

/** The text of a file; absent if it is binary or cannot be read. */
async function textOf(workspace: Workspace, path: string): Promise<string | undefined> {
  try {
    return decodeText(await workspace.read(await workspace.locate(path)))?.text
  } catch {
    // A search goes on past files that are protected, vanish or may not be read.
    return undefined
  }
}

function literalHits(lines: readonly string[], query: string, limit: number): number[] {
  const found: number[] = []
  for (let index = 0; index < lines.length && found.length < limit; index++)
    if (lines[index]?.includes(query) === true) found.push(index)
  return found
}

function compile(pattern: string): (path: string) => boolean {
  try {
    return globMatcher(pattern)
  } catch {
    throw new ToolError(`Cannot use the pattern "${pattern}": it is malformed`, {
      kind: 'invalid',
      hint: 'Use a glob such as "**/*.ts"',
    })
  }
}

function below(path: string, folderPath: string): string {
  return folderPath === '.' || path === folderPath ? path : path.slice(folderPath.length + 1)
}

function clip(line: string): string {
  const trimmed = line.trim()
  return trimmed.length <= maxLineChars ? trimmed : `${trimmed.slice(0, maxLineChars).toWellFormed()} …`
}
