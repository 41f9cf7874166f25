/** What a synthesizer has learnt: plain data that is saved, sent, and joined with that of others. */

import { SalpError } from '@salp/core'
import { z } from 'zod'
import { type Counts, mergeCounts } from './guide/counts.js'
import { type GuideNet, mergeNets } from './guide/net.js'
import { mergeWordings, type Wording } from './guide/wording.js'
import type { Expression } from './language/expression.js'
import type { Fragment } from './language/fragment.js'
import { primitiveCalled } from './language/primitives.js'
import { markNames } from './rank/marks.js'
import { mergeRankers, type Ranker, silentRanker } from './rank/ranker.js'

/** See the head of this file. */
export interface SynthesizerState {
  readonly version: 2
  /** Each may use those before it. */
  readonly library: readonly Fragment[]
  readonly counts: Counts
  /** What words say. @defaultValue the lexicon alone */
  readonly wording?: Wording | undefined
  /** @defaultValue by cost alone */
  readonly ranker?: Ranker | undefined
  /** The neural guide, if there is one. */
  readonly net?: GuideNet | undefined
}

/** Nothing learnt. */
export const unlearned: SynthesizerState = { version: 2, library: [], counts: {} }

const typeSchema = z.string().max(64)
const jsonSchema = z.union([z.number(), z.boolean(), z.string().max(256), z.array(z.never())])
const expressionSchema: z.ZodType<Expression> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('input'), type: typeSchema, index: z.int().min(0).max(15) }),
    z.object({ kind: z.literal('variable'), type: typeSchema, level: z.int().min(0).max(31) }),
    z.object({
      kind: z.literal('constant'),
      type: typeSchema,
      value: jsonSchema,
      from: z.enum(['examples', 'statement']).optional(),
    }),
    z.object({
      kind: z.literal('call'),
      type: typeSchema,
      name: z.string().max(64),
      arguments: z.array(expressionSchema).min(1).max(3),
    }),
  ]),
)
const countsSchema = z.record(z.string().max(128), z.record(z.string().max(128), z.number().min(0).max(1e9)))
const stateSchema = z.object({
  version: z.literal(2),
  library: z
    .array(
      z.object({
        name: z
          .string()
          .regex(/^learnt [a-z0-9]+$/)
          .max(64),
        parameters: z.array(typeSchema).max(3),
        returns: typeSchema,
        body: expressionSchema,
      }),
    )
    .max(512),
  counts: countsSchema,
  wording: z
    .object({
      hint: z.number().min(-20).max(20),
      words: z.record(z.string().max(64), z.record(z.string().max(64), z.number().min(-20).max(20))),
    })
    .optional(),
  // A mark that came later says nothing in what was learnt before.
  ranker: z
    .partialRecord(z.enum(markNames), z.number().min(-1e3).max(1e3))
    .transform((weights) => ({ ...silentRanker, ...weights }))
    .optional(),
  net: z
    .object({
      features: z.array(z.string()),
      primitives: z.array(z.string().max(64)).max(1_024),
      rates: z.array(z.number().min(0).max(1)),
      weights: z.base64().max(32_000_000),
    })
    .optional(),
})

/**
 * Reads a state that comes from outside.
 *
 * @throws {@link SynthesizerStateError} (`models/synthesizer-state`) if it is malformed, or its library uses what is not there.
 */
export function parseState(value: unknown): SynthesizerState {
  const parsed = stateSchema.safeParse(value)
  if (!parsed.success) throw new SynthesizerStateError(z.prettifyError(parsed.error), parsed.error)
  const known = new Set<string>()
  for (const { name, body } of parsed.data.library) {
    const strange = namesIn(body).find((used) => primitiveCalled(used) === undefined && !known.has(used))
    if (strange !== undefined)
      throw new SynthesizerStateError(`"${name}" uses "${strange}", which does not stand before it`)
    known.add(name)
  }
  return parsed.data
}

/**
 * Joins what several have learnt: counts add up, libraries are united, and the weights of words, of ranks, and of nets that fit
 * each other, are averaged; of nets that do not, the first stays.
 */
export function mergeStates(states: readonly SynthesizerState[]): SynthesizerState {
  const library = new Map<string, Fragment>()
  for (const state of states)
    for (const fragment of state.library) library.set(fragment.name, library.get(fragment.name) ?? fragment)
  const wordings = states.flatMap(({ wording }) => (wording === undefined ? [] : [wording]))
  const nets = states.flatMap(({ net }) => (net === undefined ? [] : [net]))
  return {
    version: 2,
    library: [...library.values()],
    counts: mergeCounts(states.map(({ counts }) => counts)),
    wording: mergeWordings(wordings),
    ranker: mergeRankers(states.flatMap(({ ranker }) => ranker ?? [])),
    net: mergeNets(nets),
  }
}

function namesIn(expression: Expression): string[] {
  return expression.kind === 'call' ? [expression.name, ...expression.arguments.flatMap(namesIn)] : []
}

/** A state that is malformed, or that refers to what it does not hold. */
export class SynthesizerStateError extends SalpError {
  constructor(why: string, cause?: unknown) {
    super('models/synthesizer-state', `Cannot read what a synthesizer has learnt: ${why}`, { cause })
  }
}
