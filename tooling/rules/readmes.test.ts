import { describe, expect, test } from 'vitest'
import { readmeProblems } from './readmes.js'
import { made, repository } from './testing.js'

describe('readmeProblems()', () => {
  test('finds nothing in this repository', () => {
    expect(readmeProblems(repository)).toEqual([])
  })

  test('names packages without a README, and READMEs of something else; apps need none', () => {
    const packages = [
      made('packages/core', { 'README.md': '# @salp/core\n\nNames.' }),
      made('packages/memory', { 'README.md': '# Template\n' }),
      made('packages/models', {}),
      made('apps/node', {}),
    ]
    expect(readmeProblems({ packages, sharedDependencies: [] })).toEqual([
      'packages/memory/README.md: does not begin with "# @salp/memory"',
      'packages/models: has no README.md',
    ])
  })
})
