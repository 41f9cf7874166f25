import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { loadProblems, parseProblem, splitOf } from './load-problems.js'

const double = {
  id: 'double',
  tier: 0,
  title: 'Double',
  tags: ['number'],
  statement: 'Twice the number',
  signature: { name: 'double', parameters: [{ name: 'value', type: 'number' }], returns: 'number' },
  examples: [{ args: [2], returns: 4 }],
  tests: [{ args: [0], returns: 0 }],
}
const reference = 'export const double = (value: number): number => 2 * value\n'
const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function bank(files: Readonly<Record<string, string | object>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'salp-problems-'))
  folders.push(folder)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content, undefined, 2))
  }
  return folder
}

const failure = (loading: Promise<unknown>): Promise<string> =>
  loading.then(
    () => 'none',
    (error: Error) => error.message,
  )

describe('loadProblems()', () => {
  test('loads problems in the order of tier and id, with what stands beside them', async () => {
    const problems = await loadProblems(
      bank({
        'tier-1/twice/problem.json': { ...double, id: 'twice', tier: 1 },
        'tier-1/twice/reference.ts': reference,
        'tier-0/double/problem.json': double,
        'tier-0/double/reference.ts': reference,
        'tier-0/double/starter.ts': '// begin here',
        'tier-0/double/mutants/b.ts': 'b',
        'tier-0/double/mutants/a.ts': 'a',
        'notes.md': 'none of its business',
      }),
    )
    expect(problems.map(({ id, starter, mutants, split }) => ({ id, starter, mutants, split }))).toEqual([
      { id: 'double', starter: '// begin here', mutants: ['a', 'b'], split: 'train' },
      {
        id: 'twice',
        starter: "export function double(value: number): number {\n  throw new Error('Not written yet')\n}\n",
        mutants: [],
        split: splitOf('twice'),
      },
    ])
  })

  test('tells file and line of what is broken', async () => {
    const text = JSON.stringify(double, undefined, 2)
    const broken = (change: (text: string) => string): Promise<string> =>
      failure(
        loadProblems(bank({ 'tier-0/double/problem.json': change(text), 'tier-0/double/reference.ts': reference })),
      )
    expect(await broken((t) => t.replace('"tier": 0,', '"tier": 0'))).toBe(
      'Cannot use the problem tier-0/double/problem.json:4: "title" where an object needs "," or "}"',
    )
    expect(await broken((t) => t.replace('"title"', '"tier"'))).toBe(
      'Cannot use the problem tier-0/double/problem.json:4: the key "tier" stands twice',
    )
    expect(await broken((t) => t.replace('"tier": 0', '"tier": 9'))).toMatch(/problem\.json:3: tier: /)
    expect(await broken((t) => t.replace('"tier": 0', '"tier": 1'))).toMatch(/problem\.json:3: tier 1 does not belong/)
    expect(await broken((t) => t.replace('"id": "double"', '"id": "other"'))).toMatch(/problem\.json:2: the id "other"/)
    expect(await broken((t) => t.replace('"tests"', '"test"'))).toMatch(/tests: /)
    expect(await broken((t) => t.replace('"args": [\n        0\n      ]', '"args": [1, 2]'))).toMatch(
      /problem\.json:29: tests\.0\.args: has 2 arguments, the signature 1 parameters/,
    )
  })

  test('refuses ids that stand twice, and references that are missing', async () => {
    const both = bank({
      'tier-0/double/problem.json': double,
      'tier-0/double/reference.ts': reference,
      'tier-1/double/problem.json': { ...double, tier: 1 },
      'tier-1/double/reference.ts': reference,
    })
    expect(await failure(loadProblems(both))).toBe(
      'Cannot use the problem tier-1/double/problem.json: the id "double" is that of tier-0/double/problem.json too',
    )
    expect(await failure(loadProblems(bank({ 'tier-0/double/problem.json': double })))).toBe(
      'Cannot use the problem tier-0/double/problem.json: reference.ts is missing beside it',
    )
  })
})

describe('parseProblem()', () => {
  const parsing = (value: unknown) => (): unknown => parseProblem(value, { reference }, { file: 'made' })

  test('refuses data that is no JSON, and says where it is', () => {
    const cyclic: unknown[] = []
    cyclic.push(cyclic)
    const withArgument = (value: unknown): unknown => ({ ...double, tests: [{ args: [value], returns: 0 }] })
    expect(parsing(withArgument(cyclic))).toThrow('Cannot use the problem made: tests.0.args.0.0 is part of itself')
    expect(parsing(withArgument(Number.NaN))).toThrow('tests.0.args.0 is NaN')
    expect(parsing(withArgument(undefined))).toThrow('tests.0.args.0 is of type undefined')
    expect(parsing(withArgument(new Date(0)))).toThrow('tests.0.args.0 is an object of a class')
    expect(parsing(withArgument(new Array(1)))).toThrow('tests.0.args.0.0 is missing from a list')
    expect(parsing(withArgument(Object.defineProperty({}, 'a', { get: () => 1, enumerable: true })))).toThrow(
      'tests.0.args.0.a is computed when it is read',
    )
    expect(parsing(withArgument(JSON.parse('{"__proto__": 1}')))).toThrow('is a key that no data may have')
  })
})

describe('splitOf()', () => {
  test('halves ids by the first bit of their SHA-256', () => {
    const ids = Array.from({ length: 2_000 }, (_, index) => `problem-${index}`)
    const train = ids.filter((id) => splitOf(id) === 'train').length
    expect(train).toBe(948)
    // e3b0c442…, the hash of nothing.
    expect(splitOf('')).toBe('test')
  })
})
