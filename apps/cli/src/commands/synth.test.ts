import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCli } from '../cli.js'
import { createMemoryIo } from '../testing/memory-io.js'
import { temporaryHome } from '../testing/temporary-home.js'

/** Runs the command on a file of that text, in a home that nothing was learnt in. */
async function synth(text: string, words: readonly string[] = []) {
  using temporary = temporaryHome()
  const { path } = temporary.home
  writeFileSync(join(path, 'examples.json'), text)
  const { io, output, errors } = createMemoryIo({ folder: path })
  const exitCode = await runCli(['--home', path, 'synth', '--examples', 'examples.json', ...words], io)
  return { exitCode, output: output(), errors: errors() }
}

const doubled = [
  { args: [[1, 2, 3]], returns: [2, 4, 6] },
  { args: [[7, -5]], returns: [14, -10] },
]

describe('salp synth', () => {
  test('prints a function for examples, and beside it what it cost', async () => {
    const { exitCode, output, errors } = await synth(JSON.stringify(doubled), ['--name', 'doubled'])
    expect([exitCode, output]).toEqual([
      0,
      'export function doubled(a: number[]): number[] {\n  return a.map((x) => x * 2)\n}\n',
    ])
    expect(errors).toMatch(/^Cost [\d.]+ nats, [\d,]+ candidates in /)
  }, 30_000)

  test('takes names and types from a signature', async () => {
    const signature = { name: 'twice', parameters: [{ name: 'values', type: 'number[]' }], returns: 'number[]' }
    const { output } = await synth(JSON.stringify({ signature, examples: doubled }))
    expect(output).toContain('function twice(values: number[]): number[]')
  }, 30_000)

  test('goes by what is said of the function where the examples leave it open', async () => {
    const open = [
      { args: [[3, 1, 2]], returns: 3 },
      { args: [[1, 4, 2, 0]], returns: 4 },
    ]
    const about = async (statement: string) => (await synth(JSON.stringify(open), ['--about', statement])).output
    expect(await about('How many numbers has the list?')).toContain('.length')
    expect(await about('Give the largest number.')).toContain('Math.max')
    const file = JSON.stringify({ statement: 'Give the largest number.', examples: open })
    expect((await synth(file)).output).toContain('Math.max')
  }, 30_000)

  test('ends with 1 when nothing was found', async () => {
    const odd = [1, 2, 3, 4].map((value) => ({ args: [value], returns: (value * 7_919_317) % 65_537 }))
    expect(await synth(JSON.stringify(odd), ['--budget', '500'])).toMatchObject({
      exitCode: 1,
      output: '',
      errors: expect.stringContaining('Found nothing: '),
    })
    const { exitCode, output } = await synth(JSON.stringify(odd), ['--budget', '500', '--json'])
    expect([exitCode, JSON.parse(output)]).toMatchObject([1, { status: 'exhausted' }])
  }, 30_000)

  test('is cancelled by Ctrl-C', async () => {
    using temporary = temporaryHome()
    const { path } = temporary.home
    const odd = [1, 2, 3, 4].map((value) => ({ args: [value], returns: (value * 7_919_317) % 65_537 }))
    writeFileSync(join(path, 'odd.json'), JSON.stringify(odd))
    const { io, errors, signal } = createMemoryIo({ folder: path, typed: [] })
    // The status line says how far the search is, and then it is under way.
    io.stderr.on('data', (chunk: string) => chunk.includes('candidates') && signal('SIGINT'))
    const words = ['--home', path, 'synth', '-e', 'odd.json', '--budget', '1000000000']
    expect(await runCli(words, io)).toBe(130)
    expect(errors()).toContain('salp: Cancelled')
  }, 30_000)

  test('says where a file of examples is wrong', async () => {
    const lines = (...texts: string[]): string => `[\n${texts.join(',\n')}\n]`
    for (const [text, complaint] of [
      ['[\n{ "args": [1] "returns": 2 }]', ':2: "returns" where an object needs "," or "}"'],
      ['[]', ':1: it holds no example'],
      ['{}', ':1: examples Invalid input: expected array, received undefined'],
      [lines('{ "args": [1] }'), ':2: 0.returns is missing'],
      [
        lines('{ "args": [1], "returns": 1 }', '{ "args": [1, 2], "returns": 1 }'),
        ':3: 1.args has 2 arguments, the first example 1',
      ],
      [
        lines('{ "args": [1], "returns": 1 }', '{ "args": ["x"], "returns": 1 }'),
        ':3: 1.args.0 is no number, as it is elsewhere: give all examples the same type',
      ],
      [lines('{ "args": [1.5], "returns": 1 }'), ':2: 0.args.0 is no whole number, boolean, string or array'],
      [lines('{ "args": [[]], "returns": 1 }'), ':1: it leaves a type open: a list is empty in all examples'],
    ] as const) {
      const { exitCode, errors } = await synth(text)
      expect([exitCode, errors]).toEqual([
        1,
        expect.stringContaining(`Cannot use the examples in examples.json${complaint}`),
      ])
    }
  })

  test('refuses a name that TypeScript has taken', async () => {
    expect((await synth(JSON.stringify(doubled), ['--name', 'class'])).errors).toContain(
      'is "class", which cannot name',
    )
    expect((await synth(JSON.stringify(doubled), ['--name', 'a b'])).exitCode).toBe(2)
  })
})
