/** What is known of a repository's sources: names by number, so that graphs over them are arrays. */

/** A name that a file defines. */
export interface Definition {
  readonly name: string
  /** Such as `function` or `class`, as the query of the language calls it. */
  readonly kind: string
  /** First and last line, from 1. */
  readonly line: number
  readonly endLine: number
  /** Its head in one line, without its body. */
  readonly signature: string
}

/** One source file. Numbers are indexes of {@link CodeIndex.names}. */
export interface IndexedFile {
  /** From the root, with `/`. */
  readonly path: string
  /** Names it defines, each once. */
  readonly defines: Uint32Array
  /** Names it mentions, each once, beside how often in `counts`. */
  readonly mentions: Uint32Array
  readonly counts: Uint16Array
  /** In the order of their lines. */
  definitions(): readonly Definition[]
}

/** Why a file has no outline. */
export type SkipReason = 'binary' | 'large' | 'minified' | 'unreadable' | 'not parsed' | 'too many'

/** A file that is left out. */
export interface SkippedFile {
  readonly path: string
  readonly reason: SkipReason
}

/** Every source file that could be read, in the order of their paths, and those that were left out. */
export interface CodeIndex {
  readonly names: readonly string[]
  readonly files: readonly IndexedFile[]
  readonly skipped: readonly SkippedFile[]
  /** Files of no known language, which are not looked into. */
  readonly others: number
}
