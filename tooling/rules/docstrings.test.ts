import { describe, expect, test } from 'vitest'
import { docstringProblems } from './docstrings.js'
import { made, repository } from './testing.js'

const problems = (files: Readonly<Record<string, string>>): string[] =>
  docstringProblems({ packages: [made('packages/core', files)], sharedDependencies: [] })

describe('docstringProblems()', () => {
  test('finds nothing in this repository', { timeout: 60_000 }, () => {
    expect(docstringProblems(repository)).toEqual([])
  })

  test('names exports without a docstring, whatever they are', () => {
    const text = [
      'export const one = 1',
      'export function two() {}',
      'export class Three {}',
      'export interface Four {}',
      'export type Five = 5',
      '/** Six. */\nexport const six = 6',
      '// A line comment is no docstring.\nexport const seven = 7',
    ].join('\n')
    expect(problems({ 'src/index.ts': text })).toEqual(
      ['one', 'two', 'Three', 'Four', 'Five', 'seven'].map(
        (name) => `packages/core/src/index.ts: "${name}" has no docstring`,
      ),
    )
  })

  test('follows names through other files, aliases and imports', () => {
    const files = {
      'src/index.ts': "export { b as a, type C } from './b.js'\nimport { d } from './d.js'\nexport { d }",
      'src/b.ts': "export { x as b } from './x.js'\nexport interface C {}\nexport const unseen = 1",
      'src/x.ts': 'export const x = 1',
      'src/d.ts': '/** D. */\nexport const d = 1',
    }
    expect(problems(files)).toEqual([
      'packages/core/src/x.ts: "x" has no docstring',
      'packages/core/src/b.ts: "C" has no docstring',
    ])
  })

  test('is content with one docstring for all overloads', () => {
    const text =
      '/** Adds. */\nexport function add(a: 1): 1\nexport function add(a: 2): 2\nexport function add(a: number) { return a }'
    expect(problems({ 'src/index.ts': text })).toEqual([])
  })

  test('refuses exports that name nothing', () => {
    expect(problems({ 'src/index.ts': "export * from './a.js'" })).toEqual([
      'packages/core/src/index.ts: name what is exported from "./a.js"',
    ])
  })
})
