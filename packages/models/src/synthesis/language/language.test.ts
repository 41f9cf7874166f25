import { stripTypeScriptTypes } from 'node:module'
import { createRng, type Rng } from '@salp/core'
import ts from 'typescript-api'
import { describe, expect, test } from 'vitest'
import { unlearnedGuide } from '../guide/guide.js'
import { languageConstants } from '../search/constants.js'
import { Grammar } from '../search/grammar.js'
import { sampleExpression } from '../search/sample.js'
import type { Call, Expression } from './expression.js'
import { fragmentsByName, inline } from './fragment.js'
import { normalForm } from './normal-form.js'
import { primitives } from './primitives.js'
import { printProgram } from './print.js'
import { runProgram } from './program.js'
import { elementOf, parseType, partsOf, type Signature, SignatureError, type Type } from './types.js'
import { type Json, Values } from './values.js'

const signature = (parameters: readonly Type[], returns: Type): Signature => ({
  name: 'chunk',
  parameters: parameters.map((type, index) => ({ name: ['x', 'values', 'range'][index] ?? '', type })),
  returns,
})

const signatures: readonly Signature[] = [
  signature(['number', 'number[]'], 'number[]'),
  signature(['string', 'string[]', 'number'], 'string'),
  signature(['number[][]', 'boolean'], 'boolean'),
  signature(['[number, number][]', 'string'], '[string, number][]'),
  signature(['boolean[]', 'number[]'], 'string[][]'),
  signature(['[string, number]', 'string'], 'number'),
]

function draw(type: Type, rng: Rng): Json {
  const length = Math.floor(rng() * 5)
  if (type === 'number') return Math.floor(rng() * 24) - 6
  if (type === 'boolean') return rng() < 0.5
  if (type === 'string') return Array.from({ length }, () => 'aBc 1,-'[Math.floor(rng() * 7)]).join('')
  const inner = elementOf(type)
  if (inner !== undefined) return Array.from({ length }, () => draw(inner, rng))
  return (partsOf(type) ?? []).map((part) => draw(part, rng))
}

/** Programs drawn at random, those that are mere variables or constants left out. */
function drawPrograms(count: number): { program: Call; signature: Signature; source: string }[] {
  const rng = createRng('programs')
  return signatures.flatMap((asked) => {
    const grammar = new Grammar(new Values(), {
      ...{ signature: asked, constants: languageConstants, library: [], guide: unlearnedGuide },
    })
    const table = grammar.table([])
    const found: { program: Call; signature: Signature; source: string }[] = []
    while (found.length < count) {
      const program = sampleExpression({ grammar, table, group: grammar.root, depth: 4, rng })
      if (program?.kind === 'call') found.push({ program, signature: asked, source: printProgram(program, asked) })
    }
    return found
  })
}

function functionOf(source: string): (...args: unknown[]) => unknown {
  const script = stripTypeScriptTypes(source).replace('export ', '')
  return new Function(`${script}\nreturn chunk`)() as (...args: unknown[]) => unknown
}

function namesIn(expression: Expression): string[] {
  return expression.kind === 'call' ? [expression.name, ...expression.arguments.flatMap(namesIn)] : []
}

describe('printProgram()', () => {
  const programs = drawPrograms(100)

  test('prints what does as the interpreter does, wherever that gives a value', () => {
    const rng = createRng('inputs')
    const used = new Set<string>()
    let compared = 0
    for (const { program, signature: asked, source } of programs) {
      const run = functionOf(source)
      for (let round = 0; round < 6; round++) {
        const args = asked.parameters.map(({ type }) => draw(type, rng))
        const wanted = runProgram(program, asked, args)
        if (wanted === undefined) continue
        compared++
        for (const name of namesIn(program)) used.add(name)
        const given = run(...structuredClone(args))
        expect(JSON.stringify(given), `${source}\n${JSON.stringify(args)}`).toBe(JSON.stringify(wanted))
      }
    }
    expect(compared).toBeGreaterThan(1_000)
    expect(primitives.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([])
  }, 60_000)

  test('prints what passes a strict type check', () => {
    const files = new Map(programs.map(({ source }, index) => [`/program-${index}.ts`, source]))
    const options: ts.CompilerOptions = {
      ...{ strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, noEmit: true },
      ...{ target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, lib: ['lib.es2023.d.ts'], types: [] },
    }
    const host = ts.createCompilerHost(options)
    const { getSourceFile } = host
    host.getSourceFile = (name, version) => {
      const text = files.get(name)
      return text === undefined ? getSourceFile(name, version) : ts.createSourceFile(name, text, version)
    }
    const checked = ts.createProgram([...files.keys()], options, host)
    const problems = ts.getPreEmitDiagnostics(checked).map(({ messageText, file }) => {
      return `${ts.flattenDiagnosticMessageText(messageText, ' ')}\n${file?.text ?? ''}`
    })
    expect(problems.slice(0, 3)).toEqual([])
  }, 60_000)
})

describe('runProgram()', () => {
  const half: Signature = { name: 'half', parameters: [{ name: 'n', type: 'number' }], returns: 'number' }
  const n: Expression = { kind: 'input', type: 'number', index: 0 }
  const zero: Expression = { kind: 'constant', type: 'number', value: 0 }

  test('gives nothing where a program divides by zero', () => {
    const program: Expression = { kind: 'call', type: 'number', name: 'divide', arguments: [n, zero] }
    expect(runProgram(program, half, [4])).toBeUndefined()
  })

  test('computes only the branch that is chosen', () => {
    const bad: Expression = { kind: 'call', type: 'number', name: 'divide', arguments: [n, zero] }
    const positive: Expression = { kind: 'call', type: 'boolean', name: 'less', arguments: [zero, n] }
    const program: Expression = { kind: 'call', type: 'number', name: 'choose', arguments: [positive, n, bad] }
    expect([4, -4].map((value) => runProgram(program, half, [value]))).toEqual([4, undefined])
  })

  test('gives nothing for a number that is not safe, and for a list too long', () => {
    const square: Expression = { kind: 'call', type: 'number', name: 'multiply', arguments: [n, n] }
    expect(runProgram(square, half, [2 ** 40])).toBeUndefined()
    const range: Expression = { kind: 'call', type: 'number[]', name: 'range', arguments: [zero, n] }
    expect(runProgram(range, half, [10_000])).toBeUndefined()
  })
})

describe('inline()', () => {
  test('renumbers the variables of what stands in a hole within a lambda', () => {
    // map((x) => hole, list), with a hole that has a lambda of its own.
    const list: Expression = { kind: 'input', type: 'number[]', index: 0 }
    const library = [
      {
        name: 'learnt 1',
        parameters: ['number[]', 'number'],
        returns: 'number[]',
        body: {
          kind: 'call',
          type: 'number[]',
          name: 'map',
          arguments: [
            {
              kind: 'call',
              type: 'number',
              name: 'add',
              arguments: [
                { kind: 'variable', type: 'number', level: 0 },
                { kind: 'input', type: 'number', index: 1 },
              ],
            },
            list,
          ],
        },
      } as const,
    ]
    const biggest: Expression = {
      kind: 'call',
      type: 'number',
      name: 'sum',
      arguments: [
        {
          kind: 'call',
          type: 'number[]',
          name: 'map',
          arguments: [
            {
              kind: 'call',
              type: 'number',
              name: 'negate',
              arguments: [{ kind: 'variable', type: 'number', level: 0 }],
            },
            list,
          ],
        },
      ],
    }
    const program: Expression = { kind: 'call', type: 'number[]', name: 'learnt 1', arguments: [list, biggest] }
    const asked = signature(['number[]'], 'number[]')
    const source = printProgram(program, asked, fragmentsByName(library))
    expect(source).toMatchInlineSnapshot(`
      "export function chunk(x: number[]): number[] {
        return x.map((y) => y + x.map((z) => -z).reduce((a, b) => a + b, 0))
      }
      "
    `)
    expect(functionOf(source)([1, 2])).toEqual([-2, -1])
    expect(runProgram(program, asked, [[1, 2]], library)).toEqual([-2, -1])
    expect(runProgram(inline(program, fragmentsByName(library)), asked, [[1, 2]])).toEqual([-2, -1])
  })
})

describe('parseType()', () => {
  test.each([
    ['number', 'number'],
    ['readonly string[]', 'string[]'],
    ['Array<[number,string]>', '[number, string][]'],
    ['[number, [string, boolean[]]]', '[number, [string, boolean[]]]'],
  ])('reads %s', (text, type) => {
    expect(parseType(text)).toBe(type)
  })

  test.each(['Date', 'number | null', '{ a: number }', '[number, number, number]'])('refuses %s', (text) => {
    expect(() => parseType(text)).toThrow(SignatureError)
  })
})

describe('normalForm()', () => {
  const x: Expression = { kind: 'input', type: 'number', index: 0 }
  const one: Expression = { kind: 'constant', type: 'number', value: 1 }
  const call = (name: string, ...parts: readonly Expression[]): Call => ({
    ...{ kind: 'call', type: 'number', name },
    arguments: parts,
  })

  test('gives one program for those that differ in the order of what commutes', () => {
    const wanted = call('add', call('multiply', x, one), one)
    expect(normalForm(call('add', one, call('multiply', one, x)))).toEqual(wanted)
    expect(normalForm(wanted)).toEqual(wanted)
    expect(normalForm(call('subtract', one, x))).toEqual(call('subtract', one, x))
  })

  test('is done for good at once, and changes no result', () => {
    const rng = createRng('normal')
    let changed = 0
    for (const { program, signature: asked } of drawPrograms(60)) {
      const form = normalForm(program)
      expect(normalForm(form)).toEqual(form)
      if (JSON.stringify(form) !== JSON.stringify(program)) changed++
      for (let round = 0; round < 4; round++) {
        const args = asked.parameters.map(({ type }) => draw(type, rng))
        expect(runProgram(form, asked, args)).toEqual(runProgram(program, asked, args))
      }
    }
    expect(changed).toBeGreaterThan(10)
  })
})
