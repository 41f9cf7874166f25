import { describe, expect, test } from 'vitest'
import { projectFolder } from '../testing/project-folder.js'
import { ProjectError, programOf, readProject, slugOf } from './project.js'

describe('readProject()', () => {
  test('gives a draft, with what is left out filled in', async () => {
    using folder = projectFolder(
      { name: 'Round Trip', kind: 'frontend', tests: [{ name: 'a', events: [], contains: 'x' }] },
      'source',
    )
    folder.write('page.html', '<p>')
    expect(await readProject(folder.path)).toEqual({
      ...{ id: 'round-trip', kind: 'frontend', language: 'assemblyscript' },
      draft: {
        ...{
          name: 'Round Trip',
          description: '',
          source: 'source',
          page: '<p>',
          capabilities: [],
          callTargets: [],
          httpHosts: [],
        },
        tests: [{ name: 'a', events: [], contains: 'x' }],
      },
    })
  })

  test('says which file is missing, or which rule is broken', async () => {
    using folder = projectFolder()
    await expect(readProject(folder.path)).rejects.toThrow(/no cartridge\.json in .*salp cartridge new/)
    folder.write('cartridge.json', '{')
    await expect(readProject(folder.path)).rejects.toThrow('there is no main.ts')
    folder.write('main.ts', '')
    await expect(readProject(folder.path)).rejects.toThrow(ProjectError)
    await expect(readProject(folder.path)).rejects.toThrow('cartridge.json is not JSON')
    folder.write('cartridge.json', '{"name":"a","kind":"game","colour":1}')
    await expect(readProject(folder.path)).rejects.toThrow(/→ at kind.*colour|colour.*→ at kind/)
    await expect(readProject(folder.file('main.ts'))).rejects.toThrow('no cartridge.json')
  })
})

test('programOf() makes examples of the tests that a cognitive function has to pass', async () => {
  using folder = projectFolder({ name: 'a', kind: 'cognitive', tests: [{ name: 't', input: [1], output: 2 }] }, 's')
  expect(programOf(await readProject(folder.path), { wasm: new Uint8Array() }).examples).toEqual([
    { input: [1], expected: 2 },
  ])
})

test('slugOf() keeps letters and digits', () => {
  const names = ['Snake', ' Café № 7 ', 'a--b', '日本', `${'x'.repeat(63)} y`]
  expect(names.map(slugOf)).toEqual(['snake', 'cafe-no-7', 'a-b', 'cartridge', 'x'.repeat(63)])
})
