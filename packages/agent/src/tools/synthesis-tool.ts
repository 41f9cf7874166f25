/** Lets the agent have a function searched for that agrees with examples. */

import { SalpError } from '@salp/core'
import { z } from 'zod'
import { createTool, type JsonValue, type Tool, ToolError } from '../tool.js'
import { forgiving } from './input.js'

/** What the tool asks of a synthesizer with a budget, best in a thread of its own; `createSynthesizerThread` of `@salp/models` satisfies it. */
export interface SynthesisPort {
  /** @throws An error of code `models/example` if an example does not fit the types. */
  solve(
    task: {
      readonly signature: {
        readonly name: string
        readonly parameters: readonly { readonly name: string; readonly type: string }[]
        readonly returns: string
      }
      readonly examples: readonly { readonly args: readonly JsonValue[]; readonly returns: JsonValue }[]
      readonly statement?: string | undefined
    },
    options: { readonly signal: AbortSignal },
  ): Promise<
    | { readonly status: 'found'; readonly source: string; readonly candidates: number }
    | { readonly status: 'exhausted'; readonly candidates: number }
  >
}

const identifier = z.string().regex(/^[A-Za-z_$][\w$]{0,63}$/, 'is no identifier')
const type = z
  .string()
  .max(64)
  .regex(/^(?:number|boolean|string|[[\], ])+$/, 'is not made of number, boolean, string, T[] and [A, B]')

/** A type as synthesizers write it: no space but the one behind a comma. */
const spaced = (text: string): string => text.replaceAll(' ', '').replaceAll(',', ', ')

/** Creates `synthesize_function`. Its time is that of the call, which reports no progress and so cannot stretch it. */
export function createSynthesisTool({ synthesizer }: { readonly synthesizer: SynthesisPort }): Tool {
  return createTool({
    name: 'synthesize_function',
    description:
      'Searches for a TypeScript function that agrees with examples, without guessing: over whole numbers, booleans, strings, arrays and pairs ([A, B]). Give four to six examples that differ, edge cases among them. What it finds fits the examples, and may still be wrong elsewhere. For small functions only.',
    input: forgiving(
      z.object({
        name: identifier,
        parameters: z.array(z.object({ name: identifier, type })).max(8),
        returns: type,
        examples: z
          .array(z.object({ args: z.array(z.json()).max(8), returns: z.json() }))
          .min(1)
          .max(50),
        statement: z
          .string()
          .max(2_000)
          .optional()
          .describe('What it does, in a sentence of plain English; it guides the search'),
      }),
      {
        aliases: {
          statement: ['description', 'about'],
          parameters: ['params'],
          returns: ['return_type', 'returnType'],
          examples: ['cases'],
        },
      },
    ),
    effect: 'none',
    repeatable: true,
    timeoutMs: 60_000,
    async run({ name, parameters, returns, examples, statement }, { signal }) {
      try {
        const signature = {
          name,
          parameters: parameters.map((parameter) => ({ ...parameter, type: spaced(parameter.type) })),
          returns: spaced(returns),
        }
        const found = await synthesizer.solve({ signature, examples, statement }, { signal })
        if (found.status === 'found') return { source: found.source, candidates: found.candidates }
        throw new ToolError(`Found no such function among ${found.candidates} candidates`, {
          hint: 'Ask for a simpler part of it, or write it yourself',
        })
      } catch (error) {
        if (!SalpError.is(error, 'models/example')) throw error
        throw new ToolError(error.message, { kind: 'invalid', cause: error })
      }
    },
  })
}
