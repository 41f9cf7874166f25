import { describe, expect, test } from 'vitest'
import { installedPackages, licenceProblems } from './licences.js'
import { root } from './testing.js'

const problems = (licence: string): string[] => licenceProblems([{ name: 'a', version: '1.0.0', licence }])

describe('licenceProblems()', () => {
  test('finds nothing among what is installed here', () => {
    expect(licenceProblems(installedPackages(root))).toEqual([])
  })

  test.each(['MIT', '(MIT OR GPL-3.0)', 'MIT AND (GPL-2.0 OR ISC)', 'GPL-2.0 OR MIT AND ISC'])(
    'allows "%s"',
    (licence) => {
      expect(problems(licence)).toEqual([])
    },
  )

  test.each([
    'GPL-3.0',
    '',
    'MIT AND GPL-3.0',
    '(MIT AND GPL-3.0) OR SSPL-1.0',
    'SEE LICENSE IN EULA',
    '(MIT',
    'MIT ISC',
  ])('names a package under "%s"', (licence) => {
    expect(problems(licence)).toEqual([`a@1.0.0: licence "${licence}"`])
  })
})

describe('installedPackages()', () => {
  test('reads name, version and licence, those of scopes included', () => {
    const found = installedPackages(root)
    expect(found.find(({ name }) => name === '@biomejs/biome')?.licence).toBe('MIT OR Apache-2.0')
    expect(found.find(({ name }) => name === 'vitest')?.licence).toBe('MIT')
  })
})
