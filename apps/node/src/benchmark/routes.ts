/** The benchmark over HTTP, for Studio. References and hidden tests stay here. */

import { defineRoute, type Route } from '@salp/agent'
import type { Clock } from '@salp/core'
import { streamSSE } from 'hono/streaming'
import { z } from 'zod'
import type { Benchmark } from './benchmark.js'
import { benchmarkOrderSchema } from './order.js'

/** Least time between two reports, and the most before one shows that the stream lives, in ms. */
const reportMs = { least: 200, most: 15_000 } as const

/** Creates the routes. */
export function benchmarkRoutes({
  benchmark,
  clock,
}: {
  readonly benchmark: Benchmark
  readonly clock: Clock
}): readonly Route[] {
  const response = z.json()
  const started = z.object({ run: z.string() })
  return [
    defineRoute({
      method: 'get',
      path: '/api/benchmark',
      summary: 'Problems that are here, what the synthesizer learnt, and the run that goes on',
      response,
      answer: () => benchmark.view(),
    }),
    defineRoute({
      method: 'get',
      path: '/api/benchmark/live',
      summary: 'Streams how far the run is that goes on, now and after every change',
      streams: 'Server-sent events whose data is what goes on, as JSON',
      answer: ({ context }) => streamLive(benchmark, clock, context),
    }),
    defineRoute({
      method: 'post',
      path: '/api/benchmark/runs',
      summary: 'Begins a run, or goes on with the same one if it was cut off; one at a time',
      body: benchmarkOrderSchema,
      response: started,
      answer: async ({ body }) => ({ run: await benchmark.start(body) }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/benchmark/runs',
      summary: 'Runs, newest first, those of the command line too',
      response,
      answer: async () => ({ runs: await benchmark.history().runs() }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/benchmark/runs/{id}',
      summary: 'A run, problem by problem',
      response,
      answer: ({ params: { id = '' } }) => benchmark.history().run(id),
    }),
    defineRoute({
      method: 'post',
      path: '/api/benchmark/runs/{id}/resume',
      summary: 'Goes on with a run that was cut off',
      response: started,
      answer: async ({ params: { id = '' } }) => ({ run: await benchmark.resume(id) }),
    }),
    defineRoute({
      method: 'post',
      path: '/api/benchmark/stop',
      summary: 'Stops the run that goes on; what was recorded stays',
      answer: () => benchmark.stop(),
    }),
    defineRoute({
      method: 'get',
      path: '/api/benchmark/comparison',
      summary: 'Two runs, problem by problem',
      query: z.object({ earlier: z.string(), later: z.string() }),
      response,
      answer: ({ query: { earlier, later } }) => benchmark.history().compare(earlier, later),
    }),
    defineRoute({
      method: 'get',
      path: '/api/benchmark/problems',
      summary: 'Problems with how hard they proved to be, and the ratings of solvers',
      response,
      answer: async () => benchmark.history().problems(await benchmark.problems()),
    }),
    defineRoute({
      method: 'get',
      path: '/api/benchmark/problems/{id}',
      summary: 'A problem as solvers see it, with what they answered',
      response,
      answer: async ({ params: { id = '' } }) => benchmark.history().problem(await benchmark.problems(), id),
    }),
  ]
}

function streamLive(benchmark: Benchmark, clock: Clock, context: Parameters<typeof streamSSE>[0]): Response {
  return streamSSE(context, async (stream) => {
    const gone = new AbortController()
    const { signal } = gone
    stream.onAbort(() => gone.abort())
    let change = Promise.withResolvers<void>()
    const unsubscribe = benchmark.subscribe(() => change.resolve())
    /** Waits for so long; ends early, and quietly, when the reader goes. */
    const wait = (ms: number): Promise<void> => clock.sleep(ms, { signal }).catch(() => undefined)
    try {
      while (!signal.aborted) {
        change = Promise.withResolvers()
        await stream.writeSSE({ data: JSON.stringify(benchmark.live()) })
        await wait(reportMs.least)
        await Promise.race([change.promise, wait(reportMs.most - reportMs.least)])
      }
    } finally {
      unsubscribe()
    }
  })
}
