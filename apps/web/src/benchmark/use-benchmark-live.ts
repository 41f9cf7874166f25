/** What the benchmark does now, told as it happens. */

import { useEffect, useState } from 'react'
import type { BenchmarkLive } from '../api/contracts.js'
import { followEvents } from '../api/event-stream.js'
import { pause } from '../api/pause.js'

/** Follows the node; nothing before it answered. */
export function useBenchmarkLive(): BenchmarkLive | undefined {
  const [live, setLive] = useState<BenchmarkLive>()
  useEffect(() => {
    const controller = new AbortController()
    void followEvents(
      { fetch: (input, init) => fetch(input, init), now: Date.now, random: Math.random, pause },
      {
        url: '/api/benchmark/live',
        signal: controller.signal,
        // The status line tells of the connection.
        onConnection: () => undefined,
        onData: (data) => setLive(JSON.parse(data) as BenchmarkLive),
      },
    )
    return () => controller.abort()
  }, [])
  return live
}
