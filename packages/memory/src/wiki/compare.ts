/** What became of the blocks of notes and the items of pages since the last pass. */

import { digest } from '../digest.js'
import { stem } from '../stem.js'
import { fold, words } from '../words.js'
import { readBlocks } from './note.js'
import { isPage, readItems } from './page.js'

/** A block as the last pass left it. */
export interface KnownBlock {
  readonly row: number
  readonly path: string
  /** Of the block as it stood. */
  readonly digest: number
  /** Of its record; `null` if that was forgotten. */
  readonly id: string | null
  readonly content: string | null
}

/** A block as it stands now. */
export interface Block {
  readonly path: string
  readonly content: string
  /** Lines it takes, `[start, end)`. */
  readonly start: number
  readonly end: number
}

/** What is to be done about notes. Items of pages count only as there or gone; the page tells the rest. */
export interface Plan {
  /** Blocks of notes that were not there. */
  readonly fresh: readonly Block[]
  /** Blocks of notes whose words changed. */
  readonly edited: readonly { readonly row: KnownBlock; readonly block: Block }[]
  readonly moved: readonly { readonly row: KnownBlock; readonly path: string }[]
  /** What stands nowhere any more. */
  readonly gone: readonly KnownBlock[]
  /** Blocks that must leave their notes, in the order they stand in; and their rows. */
  readonly forgotten: readonly Block[]
  readonly buried: readonly KnownBlock[]
}

/** Share of equal words from which a block counts as the changed form of one that is gone. */
const alike = 0.4

/** Compares notes, given by their lines, with what was known of them. */
export function compare(
  files: ReadonlyMap<string, { readonly lines: readonly string[] }>,
  known: readonly KnownBlock[],
): Plan {
  const left = new Set(known)
  const moved: { row: KnownBlock; path: string }[] = []
  const blocks: Block[] = []
  const items = new Map<string, string>()
  for (const [path, { lines }] of files) {
    if (isPage(lines)) for (const { id } of readItems(lines)) id !== undefined && items.set(id, path)
    else blocks.push(...readBlocks(lines).map((block) => ({ ...block, path })))
  }
  for (const row of known) {
    const path = row.id === null ? undefined : items.get(row.id)
    if (path === undefined) continue
    left.delete(row)
    if (path !== row.path) moved.push({ row, path })
  }

  const byDigest = Map.groupBy(left, (row) => row.digest)
  const find = (content: string, fits: (row: KnownBlock) => boolean): KnownBlock | undefined =>
    byDigest.get(digest(content))?.find((row) => left.has(row) && fits(row))

  const forgotten: Block[] = []
  const buried: KnownBlock[] = []
  const unmatched: Block[] = []
  for (const block of blocks) {
    const row = find(block.content, ({ path }) => path === block.path)
    if (row === undefined) {
      unmatched.push(block)
      continue
    }
    left.delete(row)
    if (row.id !== null) continue
    forgotten.push(block)
    buried.push(row)
  }
  const fresh: Block[] = []
  const edited: { row: KnownBlock; block: Block }[] = []
  for (const block of unmatched) {
    const elsewhere = find(block.content, ({ id }) => id !== null)
    const before = elsewhere ?? closest(block, left)
    if (before === undefined) {
      fresh.push(block)
      continue
    }
    left.delete(before)
    if (before === elsewhere) moved.push({ row: before, path: block.path })
    else edited.push({ row: before, block })
  }
  return { fresh, edited, moved, gone: [...left], forgotten, buried }
}

/** The block of the same note that shares most words, if it shares enough. */
function closest({ path, content }: Block, rows: Iterable<KnownBlock>): KnownBlock | undefined {
  const own = stemsOf(content)
  let best: { row: KnownBlock; share: number } | undefined
  for (const row of rows) {
    if (row.path !== path || row.content === null) continue
    const other = stemsOf(row.content)
    const both = [...own].filter((word) => other.has(word)).length
    const share = both / (own.size + other.size - both)
    if (share >= alike && share > (best?.share ?? 0)) best = { row, share }
  }
  return best?.row
}

/** Stems of a block without its heading, which tells none of the blocks under it apart. */
function stemsOf(content: string): Set<string> {
  return new Set(
    words(content.replace(/^[^\n]*\n\n/, ''))
      .map(fold)
      .map(stem),
  )
}
