/** The guide shows whole cartridges: each has to build, and to pass its tests. */

import { readFileSync } from 'node:fs'
import { openAssemblyScript, openScript } from '@salp/cartridge/node'
import { systemClock } from '@salp/core/node'
import { afterAll, describe, expect, test } from 'vitest'
import { runCli } from '../cli.js'
import { createMemoryIo } from '../testing/memory-io.js'
import { projectFolder } from '../testing/project-folder.js'

const cartridgeCompilers = {
  assemblyscript: openAssemblyScript({ clock: systemClock }),
  script: openScript({ clock: systemClock }),
}
afterAll(() => Promise.all(Object.values(cartridgeCompilers).map((compiler) => compiler.close())))

const guide = readFileSync(new URL('../../../../docs/guide/cartridges.md', import.meta.url), 'utf8')
const shown = [...guide.matchAll(/### (\w+): .*?```json\n(.*?)```\n\n```ts\n(.*?)```/gs)].map(
  ([, kind = '', manifest = '', source = '']) => ({ kind, manifest, source }),
)

describe('docs/guide/cartridges.md', { timeout: 60_000 }, () => {
  test('shows one of each kind, and a script', () => {
    expect(shown.map(({ kind }) => kind)).toEqual(['Backend', 'Interactive', 'Frontend', 'Cognitive', 'Script'])
  })

  test.each(shown)('$kind: what it shows passes its tests', async ({ manifest, source }) => {
    using folder = projectFolder()
    folder.write('cartridge.json', manifest)
    folder.write('main.ts', source)
    const { io, output, errors } = createMemoryIo({ folder: folder.path, cartridgeCompilers })
    const exitCode = await runCli(['cartridge', 'test'], io)
    expect([exitCode, errors().replace(/.* info .*\n/g, '')]).toEqual([0, ''])
    expect(output()).toMatch(/\d+ tests? passed\n$/)
  })
})
