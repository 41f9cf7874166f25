/** Reads one source file. */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Definition, SkipReason } from '../map/code-index.js'
import { languageOf } from '../map/languages.js'
import { eachName } from '../map/mentions.js'
import type { Grammars } from './grammars.js'

/** What one file holds. */
export type ParsedFile =
  | { readonly path: string; readonly status: 'skipped'; readonly reason: SkipReason; readonly hash: string }
  | {
      readonly path: string
      readonly status: 'parsed'
      /** SHA-256 of its bytes, in hexadecimal. */
      readonly hash: string
      readonly definitions: readonly Definition[]
      /** Joined by line feeds. */
      readonly names: string
      /** How often each name is mentioned, at most 65 535 times. */
      readonly counts: Uint16Array
    }

/** Files beyond this are not looked into. */
const largestBytes = 1_000_000

/** A file of longer lines, on average, was written by a program. Characters. */
const longestLines = { average: 250, above: 10_000 }

/** Reads and parses a file. Whatever is wrong with it, it is skipped with a reason. */
export async function parseFile(grammars: Grammars, root: string, path: string): Promise<ParsedFile> {
  let hash = ''
  const skip = (reason: SkipReason): ParsedFile => ({
    path,
    status: 'skipped',
    reason,
    hash,
  })
  const bytes = await readFile(join(root, path)).catch(() => undefined)
  if (bytes === undefined) return skip('unreadable')
  hash = createHash('sha256').update(bytes).digest('hex')
  const language = languageOf(path)
  if (bytes.length > largestBytes) return skip('large')
  if (language === undefined || bytes.subarray(0, 8_000).includes(0)) return skip('binary')
  const text = bytes.toString('utf8')
  if (text.length > longestLines.above && text.length / text.split('\n').length > longestLines.average)
    return skip('minified')
  try {
    const definitions = await grammars.definitions(language, text)
    if (definitions === undefined) return skip('not parsed')
    const mentions = new Map<string, number>()
    eachName(language, text, (name) => mentions.set(name, (mentions.get(name) ?? 0) + 1))
    // A definition is no mention of itself.
    for (const { name } of definitions) mentions.set(name, (mentions.get(name) ?? 1) - 1)
    const used = [...mentions].filter(([, count]) => count > 0)
    return {
      path,
      status: 'parsed',
      hash,
      definitions,
      names: used.map(([name]) => name).join('\n'),
      counts: Uint16Array.from(used, ([, count]) => Math.min(count, 65_535)),
    }
  } catch {
    // The parser broke down on it, as on anything that is nested too deeply.
    return skip('not parsed')
  }
}
