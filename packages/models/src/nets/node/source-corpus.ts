/** Code that is on this machine as records to learn from: installed packages with their licences, and the agent's own workspace. */

import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { z } from 'zod'
import type { CodeExperience } from '../experience/record.js'

/** Which code is read. */
export interface SourceCorpusOptions {
  /** Folders of packages, each with a `package.json`. */
  readonly packages: readonly string[]
  /** Licences that are taken, as SPDX expressions; those of other packages are passed over. */
  readonly licences: readonly string[]
  /** @defaultValue 10 MB */
  readonly maxBytes?: number | undefined
  /** Of one package, so that a large one does not fill the corpus. @defaultValue a twentieth of `maxBytes` */
  readonly maxPackageBytes?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** What was read of a package. */
export interface CorpusPackage {
  readonly name: string
  readonly version: string
  readonly licence: string
  readonly files: number
  readonly bytes: number
}

const manifestSchema = z.object({ name: z.string(), version: z.string(), license: z.string().default('UNLICENSED') })
const source = /\.(?:[cm]?[jt]s|md)$/
/** What is generated, or the same again. */
const passedOver = /(?:\.min\.|\.map$|\.d\.[cm]?ts$|(?:^|\/)(?:node_modules|dist\/cjs|umd)\/)/
/** A file larger than this is bundled, as a rule; one with longer lines is minified. */
const [maxFileBytes, maxLine] = [200_000, 400]
/** Characters of a record. */
const pieceChars = 2_000

/**
 * Reads sources of packages, in order of name, until there is enough.
 *
 * Tests are passed over like everything that a {@link LeakGuard} refuses later: give the records to a log that has one.
 *
 * @returns Records of pieces of files, grouped by package, and what was read of each package.
 * @throws The signal's reason if it aborts.
 */
export async function readSourceCorpus({
  packages,
  licences,
  maxBytes = 10_000_000,
  maxPackageBytes = maxBytes / 20,
  signal,
}: SourceCorpusOptions): Promise<{ readonly records: CodeExperience[]; readonly packages: CorpusPackage[] }> {
  const records: CodeExperience[] = []
  const read: CorpusPackage[] = []
  let total = 0
  for (const folder of [...packages].sort()) {
    const manifest = manifestSchema.safeParse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')))
    if (!manifest.success || !licences.includes(manifest.data.license)) continue
    const { name, version, license: licence } = manifest.data
    let [files, bytes] = [0, 0]
    for (const path of (await readdir(folder, { recursive: true })).sort()) {
      signal?.throwIfAborted()
      if (total >= maxBytes || bytes >= maxPackageBytes) break
      const text = await readSource(join(folder, path), relative('', path))
      if (text === undefined) continue
      files++
      bytes += text.length
      total += text.length
      for (const piece of piecesOf(text)) {
        records.push({
          type: 'code',
          origin: 'corpus',
          at: 0,
          group: `${name}@${version}`,
          instruction: `${name}: ${basename(path)}`,
          text: piece,
          licence,
        })
      }
    }
    if (files > 0) read.push({ name, version, licence, files, bytes })
    if (total >= maxBytes) break
  }
  return { records, packages: read }
}

async function readSource(path: string, within: string): Promise<string | undefined> {
  if (!source.test(within) || passedOver.test(within) || /(?:^|[/.])(?:test|spec|__tests__)s?[/.]/.test(within))
    return undefined
  const found = await stat(path)
  if (!found.isFile() || found.size > maxFileBytes) return undefined
  const text = await readFile(path, 'utf8')
  return text.split('\n').some((line) => line.length > maxLine) ? undefined : text
}

/** Cuts text at ends of lines. */
function piecesOf(text: string): string[] {
  const pieces: string[] = []
  let piece = ''
  for (const line of text.match(/.*\n|.+$/g) ?? []) {
    if (piece.length + line.length > pieceChars && piece !== '') {
      pieces.push(piece)
      piece = ''
    }
    piece += line
  }
  return piece.trim() === '' ? pieces : [...pieces, piece]
}
