/** What is said to threads that parse, and by them. */

import type { Definition, SkipReason } from '../map/code-index.js'

/** Files to read. */
export interface ParseRequest {
  readonly root: string
  readonly paths: readonly string[]
}

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
