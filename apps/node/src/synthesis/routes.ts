/** Searches for functions over HTTP, for Studio. */

import { defineRoute, type Route } from '@salp/agent'
import { describeError, type Logger, SalpError } from '@salp/core'
import { parseType, type SynthesisTask } from '@salp/models/synthesis'
import { isIdentifier } from '@salp/models/synthesis/node'
import { streamSSE } from 'hono/streaming'
import { z } from 'zod'
import type { Searches, SearchProgress } from './searches.js'

const name = z
  .string()
  .max(64)
  .refine(isIdentifier, { error: ({ input }) => `"${String(input)}" cannot name anything in TypeScript` })
const type = z
  .string()
  .max(64)
  .transform((text, context) => {
    try {
      return parseType(text)
    } catch (error) {
      if (!SalpError.is(error, 'models/signature')) throw error
      context.addIssue({ code: 'custom', message: error.message })
      return z.NEVER
    }
  })
const signature = z.object({
  name,
  parameters: z
    .array(z.object({ name, type }))
    .max(8)
    .refine((all) => new Set(all.map((one) => one.name)).size === all.length, 'two parameters have the same name'),
  returns: type,
})
const examples = z
  .array(z.object({ args: z.array(z.json()).max(8), returns: z.json() }))
  .min(1)
  .max(100)
const orderSchema = z
  .strictObject({
    ...{ signature, examples },
    /** What is wanted, in English. */
    statement: z.string().max(2_000).optional(),
    budget: z.number().int().min(1_000).max(5_000_000).default(200_000),
    seed: z.number().int().min(0).max(1_000_000).default(0),
    learnt: z.boolean().default(true),
    besides: z.strictObject({ source: z.string().max(20_000), probes: examples }).optional(),
  })
  .superRefine(({ signature: { parameters }, examples }, context) => {
    for (const [index, { args }] of examples.entries())
      if (args.length !== parameters.length)
        context.addIssue({
          code: 'custom',
          path: ['examples', index, 'args'],
          message: `has ${args.length} arguments, the signature ${parameters.length}`,
        })
  })

/** Least time between two reports of progress, in ms: more often than an eye sees is no use. */
const reportMs = 100

/** Creates the routes. */
export function synthesisRoutes({
  searches,
  log,
}: {
  readonly searches: Searches
  readonly log: Pick<Logger, 'warn'>
}): readonly Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/synthesis',
      summary: 'What the synthesizer has learnt',
      response: z.json(),
      answer: async () => ({ learnt: await searches.learnt() }),
    }),
    defineRoute({
      method: 'post',
      path: '/api/synthesis/searches',
      summary: 'Searches for a function that agrees with examples; the search ends with the request',
      body: orderSchema,
      streams: 'Server-sent events: progress, then what was found, or why nothing was',
      answer({ body: { signature, examples, statement, ...order }, context }) {
        const task: SynthesisTask = { signature, examples, statement }
        return streamSSE(context, async (stream) => {
          const gone = new AbortController()
          stream.onAbort(() => gone.abort())
          const say = (told: object): Promise<void> => stream.writeSSE({ data: JSON.stringify(told) })
          const report = spaced(say)
          try {
            const outcome = await searches.run({ ...order, task }, { signal: gone.signal, onProgress: report })
            await say(outcome)
          } catch (error) {
            if (gone.signal.aborted) return
            const known = SalpError.is(error)
            if (!known) log.warn('A search failed', { error })
            await say({ type: 'failed', code: known ? error.code : 'node/fault', message: describeError(error) })
          }
        })
      },
    }),
  ]
}

/** Lets a report through when enough time passed since the last, or when it shows another function. */
function spaced(say: (told: SearchProgress) => Promise<void>): (progress: SearchProgress) => void {
  let last: SearchProgress | undefined
  return (progress) => {
    if (last !== undefined && progress.ms - last.ms < reportMs && progress.source === last.source) return
    last = progress
    void say(progress)
  }
}
