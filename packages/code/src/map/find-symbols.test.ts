import { describe, expect, test } from 'vitest'
import { indexOf } from '../testing/internal/index-of.js'
import { filesMentioning, findSymbols } from './find-symbols.js'

const index = indexOf({
  'src/a.ts': { defines: ['parseEdits', 'parseEditsSlowly', 'ParseEdits'], mentions: ['readFile'] },
  'src/b.ts': { defines: ['readFile'], mentions: ['parseEdits', 'readFile'] },
  'lib/c.ts': { defines: ['unrelated'], mentions: ['parseEdits'] },
})
const names = (name: string, more = {}): string[] =>
  findSymbols(index, { name, ...more }).map(({ definition }) => definition.name)

describe('findSymbols()', () => {
  test.each([
    ['parseEdits', ['parseEdits', 'ParseEdits', 'parseEditsSlowly']],
    ['parse', ['ParseEdits', 'parseEdits', 'parseEditsSlowly']],
    ['Edits', ['ParseEdits', 'parseEdits', 'parseEditsSlowly']],
    ['parseEdtis', ['ParseEdits', 'parseEdits']],
    ['pes', ['parseEditsSlowly']],
    ['raedFile', ['readFile']],
    ['nothingLikeIt', []],
  ])('finds by %s', (name, wanted) => expect(names(name).sort()).toEqual([...wanted].sort()))

  test('puts the very name first', () => expect(names('parseEdits')[0]).toBe('parseEdits'))

  test('keeps to a folder, a kind and a limit', () => {
    expect(names('unrelated', { path: 'src' })).toEqual([])
    expect(names('unrelated', { path: 'lib/' })).toEqual(['unrelated'])
    expect(names('unrelated', { kind: 'class' })).toEqual([])
    expect(names('parseEdits', { limit: 1 })).toEqual(['parseEdits'])
  })
})

test('filesMentioning() names the files', () => {
  expect(filesMentioning(index, 'parseEdits')).toEqual(['lib/c.ts', 'src/b.ts', 'src/a.ts'])
  expect(filesMentioning(index, 'zzz')).toEqual([])
})
