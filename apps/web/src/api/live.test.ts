import { describe, expect, test } from 'vitest'
import { createLive } from './live.js'

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('createLive()', () => {
  test('stays away while the node is tried again, until it answers', async () => {
    const answers: (Response | undefined)[] = [undefined, undefined, new Response(new ReadableStream())]
    let again = Promise.withResolvers<void>()
    const live = createLive({
      async fetch() {
        const answer = answers.shift()
        if (answer === undefined) throw new TypeError('Failed to fetch')
        return answer
      },
      now: () => 0,
      random: () => 0,
      pause: () => again.promise,
      api: { approvals: async () => ({ approvals: [] }), questions: async () => ({ questions: [] }) },
    })
    const seen: string[] = []
    live.subscribe(() => {
      const { connection, away } = live.snapshot()
      seen.push(`${connection.status} ${away ? 'away' : 'here'}`)
    })
    const controller = new AbortController()
    live.start(controller.signal)
    for (let tries = 0; tries < 2; tries++) {
      await settled()
      again.resolve()
      again = Promise.withResolvers()
    }
    await settled()
    controller.abort()
    expect(seen.slice(0, 6)).toEqual([
      'connecting here',
      'waiting away',
      'connecting away',
      'waiting away',
      'connecting away',
      'open here',
    ])
  })
})
