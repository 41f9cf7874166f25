import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { generate, generatedFolders } from './testing/internal/compile.js'

describe('generate()', () => {
  test('writes what is committed, byte for byte', () => {
    const committed = generatedFolders.flatMap((folder) =>
      readdirSync(new URL(folder, import.meta.url)).map(
        (name) => [`${folder}${name}`, readFileSync(new URL(`${folder}${name}`, import.meta.url), 'utf8')] as const,
      ),
    )
    expect(generate()).toEqual(new Map(committed))
    // Two runs of the compiler, which is slow on a busy machine.
  }, 60_000)
})
