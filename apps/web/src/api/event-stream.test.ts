import { describe, expect, test } from 'vitest'
import { backoffMs, type Connection, followEvents } from './event-stream.js'

describe('backoffMs()', () => {
  test('doubles up to 15 s, and chance takes at most half of it', () => {
    expect([0, 1, 2, 5, 30].map((attempt) => backoffMs(attempt, 1))).toEqual([500, 1_000, 2_000, 15_000, 15_000])
    expect(backoffMs(30, 0)).toBe(7_500)
  })
})

/** Runs the stream over a list of answers; it ends when they are used up. */
async function follow(answers: (Response | Error)[]) {
  const controller = new AbortController()
  const lastIds: (string | null)[] = []
  const data: string[] = []
  const connections: Connection[] = []
  const waits: number[] = []
  await followEvents(
    {
      fetch: async (_, init) => {
        lastIds.push(new Headers(init?.headers).get('last-event-id'))
        const answer = answers.shift()
        if (answers.length === 0) setTimeout(() => controller.abort())
        if (answer instanceof Response) return answer
        throw answer ?? new TypeError('Failed to fetch')
      },
      now: () => 1_000,
      random: () => 1,
      pause: async (ms, signal) => {
        waits.push(ms)
        if (answers.length === 0) await new Promise((resolve) => signal.addEventListener('abort', resolve))
      },
    },
    {
      url: '/api/events',
      signal: controller.signal,
      onData: (item) => data.push(item),
      onConnection: (connection) => connections.push(connection),
    },
  )
  return { lastIds, data, connections, waits }
}

describe('followEvents()', () => {
  test('resumes after the last event it saw', async () => {
    const first = new Response(': hello\n\nid: 7\nevent: turn:started\ndata: {"a":1}\n\nid: 8\ndata: two\n\n')
    const { lastIds, data } = await follow([first, new Response('id: 9\ndata: three\n\n')])
    expect(data).toEqual(['{"a":1}', 'two', 'three'])
    expect(lastIds).toEqual([null, '8'])
  })

  test('waits longer each time it fails, and starts over once it was open', async () => {
    const down = new TypeError('Failed to fetch')
    const { waits, connections } = await follow([down, down, new Response('data: x\n\n'), down])
    expect(waits).toEqual([500, 1_000, 500, 1_000])
    expect(connections.slice(0, 3)).toEqual([
      { status: 'connecting' },
      { status: 'waiting', retryAt: 1_500 },
      { status: 'connecting' },
    ])
  })

  test('gives up when the node refuses it', async () => {
    const { connections } = await follow([new Response('', { status: 401 })])
    expect(connections.at(-1)).toEqual({ status: 'refused' })
  })
})
