import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createTestAgent, type TestAgent } from '../testing/test-agent.js'
import { createTool, ToolError } from '../tool.js'
import { createAskTool } from '../tools/self-tools.js'
import { replay, replayedEvents } from './replay.js'

const open: TestAgent[] = []
afterEach(async () => {
  for (const { agent, db } of open.splice(0)) {
    await agent.close()
    db.close()
  }
})

const request = 'List the files of "packages/agent", then read "README.md" and tell me how the turn loop works there.'

const batches = [
  ['probe a', 'other a'],
  ['probe fail1'],
  ['probe fail2', 'other b'],
  ['probe fail3', 'other fail1', 'probe b'],
  ['other c', 'nothing x', 'probe fail4'],
]

/** Modules that make the most of a call, whatever the defaults are. */
const modules = { surprise: true, neuromodulation: true }

/** Runs two turns, in one session each, on a clock that moves 40 ms with every call. */
async function record(): Promise<{ made: TestAgent; sessions: string[]; sessionId: string }> {
  const input = z.object({ value: z.string() })
  const made: TestAgent = createTestAgent({
    tools: ({ questions }) => [
      ...['probe', 'other'].map((name) =>
        createTool({
          ...{ name, input, description: 'Looks', effect: 'read' as const, timeoutMs: 1_000 },
          async run({ value }) {
            await made.clock.advance(40)
            if (value.startsWith('fail')) throw new ToolError('It is not there')
            return { seen: value }
          },
        }),
      ),
      createAskTool({ human: questions }),
    ],
    modules,
    script: (asked, index) => {
      const calls = asked.tools === undefined ? undefined : batches[index % (batches.length + 1)]
      if (calls === undefined) return { text: 'Done', usage: { input: 900, output: 10 } }
      return {
        usage: { input: 500, output: 20 },
        calls: calls.map((call) => ({ name: call.split(' ')[0] ?? '', input: { value: call.split(' ')[1] } })),
      }
    },
  })
  open.push(made)
  const sessions: string[] = []
  for (let turn = 0; turn < 2; turn++) {
    const live = made.agent.stream({ text: request, channel: 'test' })
    sessions.push(live.sessionId)
    await live.result
  }
  return { made, sessions, sessionId: sessions[0] ?? '' }
}

/** What is recorded up to the end of a session. */
function recorded({ agent: { store } }: TestAgent, sessionId: string) {
  const upTo = store.newest(replayedEvents, { limit: 1, sessionId })[0]?.sequence ?? 0
  return store.newest(replayedEvents, { limit: 10_000, upTo })
}

describe('replay()', () => {
  test('makes of a session what was made of it, under the same configuration', async () => {
    const { made, sessions } = await record()
    for (const sessionId of sessions) {
      const { turns, learntBefore } = replay(recorded(made, sessionId), { sessionId, modules })
      const [turn] = turns
      expect(turn?.calls.length).toBe(11)
      expect(learntBefore).toBe(sessionId === sessions[0] ? 0 : 11)
      // Exploration may shuffle an order anew.
      for (const { recorded: was, replayed: is } of turn?.calls ?? [])
        expect({ ...is, rank: 0 }).toEqual({ ...was, rank: 0 })
      for (const step of turn?.steps ?? []) expect(step.replayed).toEqual(step.recorded)
    }
  })

  test('shows what a module is worth: without surprise nothing surprises, and the regime is another', async () => {
    const { made, sessionId } = await record()
    const { turns, modules: on } = replay(recorded(made, sessionId), { sessionId, modules: { surprise: false } })
    const calls = turns[0]?.calls ?? []
    expect(on.surprise).toBe(false)
    expect(calls.some(({ recorded: { bits } }) => bits > 0)).toBe(true)
    expect(calls.every(({ replayed: { bits } }) => bits === 0)).toBe(true)
    expect(calls.some(({ recorded: was, replayed: is }) => was.regime !== is.regime)).toBe(true)
  })

  test('orders the calls of a reply as the other configuration would', async () => {
    const { made, sessionId } = await record()
    const { turns } = replay(recorded(made, sessionId), { sessionId, modules: { ...modules, belief: false } })
    const third = turns[0]?.calls.slice(5, 8) ?? []
    const inOrder = third.toSorted((a, b) => a.callId.localeCompare(b.callId))
    expect(inOrder.map(({ replayed: { rank } }) => rank)).toEqual([1, 2, 3])
    expect(inOrder.map(({ recorded: { rank } }) => rank)).not.toEqual([1, 2, 3])
  })

  test('scores both forecasts and the base rate on the calls that say something of their tool', async () => {
    const { made, sessionId } = await record()
    const { scores } = replay(recorded(made, sessionId), { sessionId, modules: { ...modules, belief: false } })
    expect(scores.calls).toBe(10)
    expect(scores.baseRate?.brier).toBeCloseTo(0.25, 10)
    expect(scores.replayed).not.toEqual(scores.recorded)
    expect(scores.recorded?.logLoss).toBeGreaterThan(0)
  })

  test('says what it cannot tell, and that of a session without calls nothing was recorded', async () => {
    const { made, sessionId } = await record()
    const events = recorded(made, sessionId)
    expect(replay(events, { sessionId }).limits[0]).toContain('What was not called cannot be replayed')
    const none = replay(
      events.filter(({ name }) => name !== 'call:observed'),
      { sessionId },
    )
    expect(none.scores).toEqual({ calls: 0 })
    expect(none.limits.at(-1)).toContain('Nothing was recorded of calls in this session')
  })

  test('tells nothing of a session that is not there', () => {
    expect(replay([], { sessionId: 'nowhere' })).toMatchObject({ turns: [], learntBefore: 0, scores: { calls: 0 } })
  })
})
