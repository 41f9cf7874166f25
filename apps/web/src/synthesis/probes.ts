/** Inputs beyond the examples, on which functions that agree on those may differ. */

import { type Expression, type Json, runProgram, type SynthesisTask } from '@salp/models/synthesis'

/** Probes at most. */
const mostProbes = 60

/** What a function gives on inputs that resemble those of its examples; inputs on which it gives nothing are left out. */
export function probesOf(
  program: Expression,
  { signature, examples }: SynthesisTask,
): { args: Json[]; returns: Json }[] {
  // They were checked before the search.
  const given = examples.map(({ args }) => args as readonly Json[])
  const known = new Set(given.map((args) => JSON.stringify(args)))
  const probes = new Map<string, { args: Json[]; returns: Json }>()
  for (const args of varied(given)) {
    const key = JSON.stringify(args)
    if (known.has(key) || probes.has(key)) continue
    const returns = runProgram(program, signature, args)
    if (returns !== undefined) probes.set(key, { args, returns })
    if (probes.size === mostProbes) break
  }
  return [...probes.values()]
}

/** Each example with one argument changed, in turns, so that each example and each argument has its share. */
function* varied(given: readonly (readonly Json[])[]): Generator<Json[]> {
  const lists = given.flatMap((args) =>
    args.map((value, at) =>
      variantsOf(value).map((variant) => args.map((other, place) => (place === at ? variant : other))),
    ),
  )
  const longest = Math.max(0, ...lists.map(({ length }) => length))
  for (let turn = 0; turn < longest; turn++) for (const list of lists) yield* list.slice(turn, turn + 1)
}

/** Values of the same type that differ from one in a way that matters to many functions. */
export function variantsOf(value: Json): Json[] {
  if (typeof value === 'boolean') return [!value]
  if (typeof value === 'number') return [value + 1, -value, 0, value * 2, 1, value - 3]
  if (typeof value === 'string') {
    const reversed = [...value].reverse().join('')
    return [`${value} ${value}`, '', reversed, value.toUpperCase(), ` ${value}  x`, value.slice(1), `${value}1-b`]
  }
  const [first] = value
  const pair = value.length === 2 && typeof value[0] !== typeof value[1]
  // Pairs of unlike things stay pairs.
  if (pair)
    return value.flatMap((part, at) =>
      variantsOf(part).map((variant) => value.map((old, i) => (i === at ? variant : old))),
    )
  return [
    ...[[...value].reverse(), [...value, ...value], [], value.slice(0, 1), value.slice(1)],
    ...(first === undefined
      ? []
      : variantsOf(first)
          .slice(0, 3)
          .map((variant) => [...value, variant])),
  ]
}
