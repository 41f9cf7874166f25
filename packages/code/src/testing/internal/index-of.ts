/** An index that is written down by hand, for tests of what is done with one. */

import type { CodeIndex, Definition } from '../../map/code-index.js'

/** One file: what it defines, one a line, and what it mentions. */
export interface FileByHand {
  readonly defines?: readonly string[]
  readonly mentions?: readonly string[]
}

/** Makes an index of files. */
export function indexOf(files: Readonly<Record<string, FileByHand>>): CodeIndex {
  const names = [
    ...new Set(Object.values(files).flatMap(({ defines = [], mentions = [] }) => [...defines, ...mentions])),
  ]
  const idOf = (name: string): number => names.indexOf(name)
  return {
    names,
    files: Object.entries(files).map(([path, { defines = [], mentions = [] }]) => ({
      path,
      defines: Uint32Array.from(defines, idOf),
      mentions: Uint32Array.from(mentions, idOf),
      counts: Uint16Array.from(mentions, () => 1),
      definitions: () =>
        defines.map((name, at): Definition => {
          const line = at + 1
          return { name, kind: 'function', line, endLine: line, signature: `function ${name}()` }
        }),
    })),
    skipped: [],
    others: 0,
  }
}
