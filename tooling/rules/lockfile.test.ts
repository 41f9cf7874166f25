import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lockfileProblems } from './lockfile.js'
import { root } from './testing.js'

describe('lockfileProblems()', () => {
  test('finds nothing in this repository', () => {
    expect(lockfileProblems(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8'))).toEqual([])
  })

  test('names lines with an address', () => {
    const text = [
      '  zod@4.0.0:',
      '    resolution: {integrity: sha512-a, tarball: https://registry.example/zod.tgz}',
      '  a@git+ssh://git@host/a:',
    ].join('\n')
    expect(lockfileProblems(text)).toEqual([
      'pnpm-lock.yaml:2: resolution: {integrity: sha512-a, tarball: https://registry.example/zod.tgz}',
      'pnpm-lock.yaml:3: a@git+ssh://git@host/a:',
    ])
  })
})
