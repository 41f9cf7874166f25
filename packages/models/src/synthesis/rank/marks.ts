/** What tells a right program from others that fit the examples as well: marks of one that fits, as numbers. */

import { createRng } from '@salp/core'
import { occurrencesIn, usedInputs } from '../guide/counts.js'
import { variableProductions } from '../guide/guide.js'
import { hintsOf, productionsFor } from '../guide/lexicon.js'
import { cuesOf } from '../guide/words.js'
import { type Expression, sizeOf } from '../language/expression.js'
import { type Fragments, inline, isLambda } from '../language/fragment.js'
import { type Compiled, compile } from '../language/interpret.js'
import { Values } from '../language/values.js'
import type { Asked } from '../search/constants.js'
import { saidIn } from '../search/said.js'
import type { Solution } from '../search/search.js'
import { variationsOf } from '../search/variations.js'
import { broken, type Signs, settledSigns, signsOf } from './signs.js'

/** Marks of a program among those that fit, in the order of {@link markNames}. */
export type Marks = readonly number[]

/** Names of the marks. */
export const markNames = [
  'cost',
  'size',
  'constants off the examples',
  'constants off the statement',
  'numbers said and not used',
  'cases',
  'inputs ignored',
  'words that nothing stands for',
  'parts that no word speaks for',
  'lambdas that ignore what they get',
  'parts that never change',
  'errors',
  'results that repeat',
  'agreement',
  'signs broken',
  'parts that could be left out',
] as const

/** Inputs like those of the examples on which programs are compared. */
const inputs = 16

/**
 * Gives the marks of programs that fit.
 *
 * `agreement` is how much likelier, in nats, all programs that do the same on further inputs are together than the program is alone:
 * a right function is found in many ways, a coincidence in one.
 */
export function marksOf(
  fitting: readonly Solution[],
  asked: Asked,
  { fragments, seed }: { readonly fragments: Fragments; readonly seed: number },
): Marks[] {
  const { signature, examples, statement } = asked
  const values = new Values()
  const environmentOf = (args: readonly unknown[]): number[] =>
    signature.parameters.map(({ type }, index) => values.encode(type, args[index]))
  const environments = variationsOf(examples, inputs, createRng(`rank ${seed}`))
    .map(environmentOf)
    .filter((environment) => !environment.some(Number.isNaN))
  const shown = examples.map(({ args, returns }) => ({
    environment: environmentOf(args),
    result: values.encode(signature.returns, returns),
  }))
  const look = (environment: readonly number[], result: number): Signs =>
    signsOf(
      signature.parameters.map(({ type }, index) => values.decode(type, environment[index] ?? 0)),
      values.decode(signature.returns, result),
    )
  const settled = settledSigns(shown.map(({ environment, result }) => look(environment, result)))
  const cues = cuesOf(asked)
  const hints = hintsOf(cues)
  const said = saidIn(statement ?? '').filter((value) => typeof value === 'number')
  const programs = fitting.map(({ program }) => inline(program, fragments))
  const ready = (program: Expression): Compiled =>
    compile(program, { values, fragments, inputs: signature.parameters.length })
  const results = programs.map((program) => {
    const run = ready(program)
    return environments.map((environment) => run([...environment]))
  })
  const mass = new Map<string, number>()
  for (const [index, row] of results.entries())
    mass.set(row.join(), (mass.get(row.join()) ?? 0) + Math.exp(-(fitting[index]?.cost ?? 0)))
  return programs.map((program, index) => {
    const cost = fitting[index]?.cost ?? 0
    const row = results[index] ?? []
    const used = new Set(occurrencesIn(program).map(({ production }) => production))
    const constants = constantsIn(program)
    const parts = [...used].filter((production) => !variableProductions.has(production))
    return [
      cost,
      sizeOf(program),
      constants.filter(({ from }) => from === 'examples').length,
      constants.filter(({ from }) => from === 'statement').length,
      said.filter((value) => !constants.some((constant) => constant.value === value)).length,
      occurrencesIn(program).filter(({ production }) => production === 'choose').length,
      signature.parameters.length - usedInputs(program).size,
      unexplained(cues, used),
      parts.filter((production) => !hints.has(production)).length,
      idleLambdas(program),
      unchanging(program, (part) => {
        const run = ready(part)
        const [first = Number.NaN, ...rest] = environments.map((environment) => run([...environment]))
        return rest.length > 0 && rest.every((value) => value === first)
      }),
      share(row, (value) => Number.isNaN(value)),
      share(row, (value, at) => row.indexOf(value) < at),
      Math.log(mass.get(row.join()) ?? 0) + cost,
      mean(
        row.flatMap((value, at) => (Number.isNaN(value) ? [] : broken(settled, look(environments[at] ?? [], value)))),
      ),
      withoutOne(program).filter((shorter) => {
        const run = ready(shorter)
        return shown.every(({ environment, result }) => run([...environment]) === result)
      }).length,
    ]
  })
}

/** How much is said by words that speak for productions none of which is there. */
function unexplained(cues: Iterable<string>, used: ReadonlySet<string>): number {
  let sum = 0
  for (const cue of cues) {
    const productions = productionsFor(cue)
    if (productions.length > 0 && !productions.some((production) => used.has(production)))
      sum += 1 / Math.sqrt(productions.length)
  }
  return sum
}

function constantsIn(program: Expression): Extract<Expression, { kind: 'constant' }>[] {
  if (program.kind === 'constant') return [program]
  return program.kind === 'call' ? program.arguments.flatMap(constantsIn) : []
}

/** Calls outside of lambdas that give the same for every input, those within such ones not counted. */
function unchanging(program: Expression, isSame: (part: Expression) => boolean): number {
  if (program.kind !== 'call') return 0
  if (isSame(program)) return 1
  return program.arguments.reduce(
    (sum, part, index) => sum + (isLambda(program.name, index) ? 0 : unchanging(part, isSame)),
    0,
  )
}

/** Lambdas whose body names none of the variables they bind. */
function idleLambdas(program: Expression, level = 0): number {
  if (program.kind !== 'call') return 0
  return program.arguments.reduce((sum, part, index) => {
    if (!isLambda(program.name, index)) return sum + idleLambdas(part, level)
    return sum + Number(!namesBound(part, level)) + idleLambdas(part, level + 2)
  }, 0)
}

function namesBound(part: Expression, level: number): boolean {
  if (part.kind === 'variable') return part.level === level || part.level === level + 1
  return part.kind === 'call' && part.arguments.some((argument) => namesBound(argument, level))
}

/** The program with one of its calls replaced by an argument of it, in each way there is. */
function withoutOne(program: Expression): Expression[] {
  if (program.kind !== 'call') return []
  return program.arguments.flatMap((part, index) => [
    ...(part.type === program.type && !isLambda(program.name, index) ? [part] : []),
    ...withoutOne(part).map((shorter) => ({ ...program, arguments: program.arguments.with(index, shorter) })),
  ])
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}

function share(row: readonly number[], holds: (value: number, at: number) => boolean): number {
  return row.length === 0 ? 0 : row.filter(holds).length / row.length
}
