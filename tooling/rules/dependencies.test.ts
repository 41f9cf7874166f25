import { describe, expect, test } from 'vitest'
import { dependencyProblems } from './dependencies.js'
import { made, repository } from './testing.js'

/** A package called `name` with an entry and other sources. */
const core = made('packages/core', { 'src/index.ts': 'export const one = 1' })

describe('dependencyProblems()', () => {
  test('finds nothing in this repository', () => {
    expect(dependencyProblems(repository)).toEqual([])
  })

  test('names an import that the row of the package does not name', () => {
    const memory = made('packages/memory', { 'src/index.ts': '' })
    const cognition = made(
      'packages/cognition',
      { 'src/index.ts': "import type { Memory } from '@salp/memory'" },
      { dependencies: { '@salp/memory': 'workspace:*' } },
    )
    expect(dependencyProblems({ packages: [cognition, memory], sharedDependencies: [] })).toEqual([
      'packages/cognition/src/index.ts: "@salp/memory": cognition may import core',
    ])
  })

  test('lets the tests of the gateway alone import contracts', () => {
    const contracts = made('packages/contracts', { 'src/index.ts': '' })
    const text = "import '@salp/contracts'"
    const gateway = made(
      'packages/gateway',
      { 'src/index.ts': text, 'src/index.test.ts': text, 'src/testing/internal/chain.ts': text },
      { devDependencies: { '@salp/contracts': 'workspace:*' } },
    )
    expect(dependencyProblems({ packages: [contracts, gateway], sharedDependencies: [] })).toEqual([
      'packages/gateway/src/index.ts: "@salp/contracts": gateway may import core, wallet',
      'packages/gateway/src/index.ts: "@salp/contracts" is not a dependency in packages/gateway/package.json',
    ])
  })

  test('names an import of ours in a package without a row', () => {
    const stranger = made(
      'packages/stranger',
      { 'src/index.ts': "export { one } from '@salp/core'" },
      { dependencies: { '@salp/core': 'workspace:*' } },
    )
    expect(dependencyProblems({ packages: [core, stranger], sharedDependencies: [] })).toEqual([
      'packages/stranger/src/index.ts: "@salp/core": stranger may import nothing of ours',
    ])
  })

  test('names an import of an app', () => {
    const agent = made(
      'packages/agent',
      { 'src/index.ts': "await import('@salp/node')" },
      { dependencies: { '@salp/node': 'workspace:*' } },
    )
    expect(dependencyProblems({ packages: [agent], sharedDependencies: [] })).toEqual([
      'packages/agent/src/index.ts: "@salp/node": agent may import core, memory, cognition, models, cartridge, eval, code',
    ])
  })

  test('names what package.json does not declare, tests aside', () => {
    const files = {
      'src/index.ts': "import { z } from 'zod/v4'",
      'src/index.test.ts': "import { test } from 'vitest'\nimport { z } from 'zod'",
    }
    const packages = [made('packages/core', files)]
    expect(dependencyProblems({ packages, sharedDependencies: ['vitest', 'zod'] })).toEqual([
      'packages/core/src/index.ts: "zod" is not a dependency in packages/core/package.json',
    ])
  })

  test('names an import of what is internal to a sibling, and one that leaves the package', () => {
    const memory = made(
      'packages/memory',
      { 'src/index.ts': "import '@salp/core/internal/hash'\nimport '../../core/src/index.js'" },
      { dependencies: { '@salp/core': 'workspace:*' } },
    )
    expect(dependencyProblems({ packages: [core, memory], sharedDependencies: [] })).toEqual([
      'packages/memory/src/index.ts: "@salp/core/internal/hash" is internal to core',
      'packages/memory/src/index.ts: "../../core/src/index.js" leaves the package',
    ])
  })

  test('shows the way from a portable entry to Node', () => {
    const files = {
      'src/index.ts': "export { read } from './read.js'",
      'src/read.ts': "import { readFileSync } from 'node:fs'",
      'src/node/index.ts': "import Sqlite from 'better-sqlite3'",
    }
    const packages = [made('packages/core', files, { dependencies: { 'better-sqlite3': '1.0.0' } })]
    expect(dependencyProblems({ packages, sharedDependencies: [] })).toEqual([
      'packages/core: entry "." needs Node: src/index.ts → src/read.ts → node:fs',
    ])
  })

  test('shows cycles of files, types included, once each', () => {
    const files = {
      'src/index.ts': "export { a } from './a.js'",
      'src/a.ts': "import type { B } from './b.js'",
      'src/b.ts': "import { a } from './a.js'",
    }
    expect(dependencyProblems({ packages: [made('packages/core', files)], sharedDependencies: [] })).toEqual([
      'cycle: packages/core/src/a.ts → packages/core/src/b.ts → packages/core/src/a.ts',
    ])
  })

  test('shows cycles of packages', () => {
    const packages = [
      made('apps/cli', {}, { dependencies: { '@salp/node': 'workspace:*' } }),
      made('apps/node', {}, { dependencies: { '@salp/cli': 'workspace:*' } }),
    ]
    expect(dependencyProblems({ packages, sharedDependencies: [] })).toEqual([
      'cycle: @salp/cli → @salp/node → @salp/cli',
    ])
  })
})
