import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { generate } from './testing/internal/compile.js'

const generated = new URL('./generated/', import.meta.url)

describe('generate()', () => {
  test('writes what is committed, byte for byte', () => {
    const committed = readdirSync(generated).map((name) => [name, readFileSync(new URL(name, generated), 'utf8')])
    expect(generate()).toEqual(new Map(committed as [string, string][]))
    // Two runs of the compiler, which is slow on a busy machine.
  }, 60_000)
})
