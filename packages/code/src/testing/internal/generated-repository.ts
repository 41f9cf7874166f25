/** Writes a repository of made-up sources, the same for the same seed. */

import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createRng } from '@salp/core'

/** Makes `count` files, half of them TypeScript, the others Python, Go and Java. About 4.6 kB each. */
export async function writeGeneratedRepository(
  root: string,
  { count, seed }: { count: number; seed: string },
): Promise<void> {
  const rng = createRng(seed)
  const pick = (most: number): number => Math.floor(rng() * most)
  for (let file = 0; file < count; file++) {
    const kind = ['ts', 'ts', 'ts', 'py', 'go', 'java'][file % 6] ?? 'ts'
    const path = join(root, `module${pick(40)}/part${file}.${kind}`)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, sourceOf(kind, file, { count, pick }))
  }
}

/** Functions of a file. */
const parts = 7

function sourceOf(
  kind: string,
  file: number,
  { count, pick }: { count: number; pick: (most: number) => number },
): string {
  // Low numbers are used most, as a few files of any repository are.
  const other = (): number => Math.floor((pick(1_000) / 1_000) ** 3 * count)
  const sources = Array.from({ length: parts }, (_, part) => {
    const name = `handleItem${file}Part${part}`
    const uses = Array.from({ length: 5 }, () => `handleItem${other()}Part${pick(parts)}`)
    if (kind === 'py') {
      const lines = uses.map(
        (use, index) => `    value_${index} = ${use}(items, limit + ${index}, key="${use} of items")`,
      )
      return `def ${name}(items, limit):\n    """Handles the items of ${name}."""\n${lines.join('\n')}\n    if value_0 > limit:\n        return [value_1, value_2]\n    return value_3 + value_4\n`
    }
    if (kind === 'go') {
      const lines = uses.map((use, index) => `\tvalue${index} := ${use}(items, limit+${index}, "${use} of items")`)
      return `// ${name} handles the items.\nfunc ${name}(items []Item, limit int) int {\n${lines.join('\n')}\n\tif value0 > limit {\n\t\treturn value1 + value2\n\t}\n\treturn value3 + value4\n}\n`
    }
    if (kind === 'java') {
      const lines = uses.map(
        (use, index) => `        int value${index} = Part.${use}(items, limit + ${index}, "${use} of items");`,
      )
      return `    /** Handles the items of ${name}. */\n    static int ${name}(List<Item> items, int limit) {\n${lines.join('\n')}\n        if (value0 > limit) {\n            return value1 + value2;\n        }\n        return value3 + value4;\n    }\n`
    }
    const lines = uses.map(
      (use, index) => `  const value${index} = ${use}(items, { limit: limit + ${index}, key: '${use} of items' })`,
    )
    return `/** Handles the items of ${name}. */\nexport function ${name}(items: readonly Item[], { limit }: Options): number {\n${lines.join('\n')}\n  if (value0 > limit) {\n    return value1 + value2\n  }\n  return value3 + value4\n}\n`
  })
  if (kind === 'java') return `package made;\n\nclass Part${file} {\n${sources.join('\n')}}\n`
  return `${kind === 'go' ? 'package made\n\n' : ''}${sources.join('\n')}`
}
