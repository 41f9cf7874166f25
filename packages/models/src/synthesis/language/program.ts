/** Runs one program on plain values. */

import type { Expression } from './expression.js'
import { type Fragment, fragmentsByName } from './fragment.js'
import { compile } from './interpret.js'
import type { Signature } from './types.js'
import { type Json, Values } from './values.js'

/** Runs a program: its result, or `undefined` where there is none (a division by zero, a list too long, …). */
export function runProgram(
  program: Expression,
  { parameters }: Signature,
  args: readonly unknown[],
  library: readonly Fragment[] = [],
): Json | undefined {
  const values = new Values()
  const run = compile(program, { values, fragments: fragmentsByName(library), inputs: parameters.length })
  const environment = parameters.map(({ type }, index) => values.encode(type, args[index]))
  if (environment.some(Number.isNaN)) return undefined
  const result = run(environment)
  return Number.isNaN(result) ? undefined : values.decode(program.type, result)
}
