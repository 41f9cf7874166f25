import { openDatabase } from '@salp/core/node'
import { scriptedModel } from '@salp/models/testing'
import { describe, expect, test } from 'vitest'
import { createTestAgent, type TestAgentOptions } from '../testing/test-agent.js'

const filler = 'The tide comes and goes and comes again. '.repeat(60)

/** An agent with room for a turn or two, and what the model saw last. */
async function talk(words: readonly string[], options: TestAgentOptions = {}) {
  const made = createTestAgent({ script: words.map(() => ({ text: 'Well.' })), contextTokens: 2_048, ...options })
  for (const text of words) await made.agent.turn({ sessionId: 's', text, channel: 'test' })
  const prompt = made.model.calls.at(-1)?.prompt ?? []
  return { ...made, prompt, seen: JSON.stringify(prompt) }
}

const words = [
  `We decided to use only SQLite. ${filler}`,
  ...Array.from({ length: 7 }, (_, turn) => `${turn} ${filler}`),
]

describe('a conversation that outgrows the context', () => {
  test('keeps what was decided, word for word, without a model for it', async () => {
    const { seen, prompt, agent } = await talk(words)
    expect(seen).toContain('earlier turns of this conversation are not shown')
    expect(seen).toContain('- [turn 1] person: We decided to use only SQLite.')
    expect(prompt.filter(({ role }) => role === 'user').length).toBeLessThan(4)
    expect(agent.store.messages('s')).toHaveLength(16)
    await agent.close()
  })

  test('keeps the system prompt the same from turn to turn', async () => {
    const { model } = await talk(words.slice(0, 3))
    expect(new Set(model.calls.map(({ prompt }) => JSON.stringify(prompt[0]))).size).toBe(1)
  })

  test('has a language model write down what it came to, from what it wrote before and what has left since', async () => {
    const minutes = Array.from({ length: 4 }, (_, index) => ({
      text: `- [turn ${index + 1}] SQLite only, minute ${index}`,
    }))
    const summarizer = { model: scriptedModel(minutes), available: () => true }
    const { db, agent, model } = await talk(words, { summarizer })
    const kept = () => db.prepare<{ turns: number; digest: string }>('SELECT turns, digest FROM agent_digests').get()
    await expect.poll(kept).toMatchObject({ digest: '- [turn 1] SQLite only, minute 0' })
    expect(JSON.stringify(summarizer.model.calls[0]?.prompt)).toContain('We decided to use only SQLite')
    await agent.turn({ sessionId: 's', text: 'And now?', channel: 'test' }).catch(() => undefined)
    expect(JSON.stringify(model.calls.at(-1)?.prompt)).toContain('SQLite only, minute 0')
    await agent.close()
  })

  test('picks from what was said when the model fails', async () => {
    const summarizer = { model: scriptedModel([]), available: () => true }
    const { seen, log, agent } = await talk(words, { summarizer })
    expect(seen).toContain('We decided to use only SQLite.')
    await expect.poll(() => log.lines.some(({ message }) => message.includes('could not be summed up'))).toBe(true)
    await agent.close()
  })

  test('keeps nothing of a session that was deleted meanwhile', async () => {
    const db = openDatabase(':memory:')
    const gate = Promise.withResolvers<void>()
    const inner = scriptedModel([{ text: '- [turn 1] late' }])
    const slow = {
      ...inner,
      doGenerate: async (...given: Parameters<typeof inner.doGenerate>) => {
        await gate.promise
        return inner.doGenerate(...given)
      },
    }
    const { agent } = await talk(words, { db, summarizer: { model: slow, available: () => true } })
    await agent.remove('s')
    gate.resolve()
    await expect.poll(() => inner.calls.length).toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(db.prepare('SELECT * FROM agent_digests').all()).toEqual([])
    await agent.close()
  })
})

test('context:assembled tells what the model saw, and what was left out', async () => {
  const { events } = await talk(words)
  const [first, ...rest] = events.flatMap((event) => (event.name === 'context:assembled' ? [event.data] : []))
  expect(first).toMatchObject({ step: 1, contextTokens: 2_048, history: { shownTurns: 0, omittedTurns: 0 } })
  expect(first?.sections.map(({ name }) => name)).toEqual(['identity', 'workspace', 'time'])
  expect(rest.at(-1)?.history.omittedTurns).toBeGreaterThan(4)
  expect(rest.at(-1)?.records).toContain('We decided to use only SQLite.')
  for (const { tokens, contextTokens, reserveTokens } of rest)
    expect(tokens).toBeLessThanOrEqual(contextTokens - reserveTokens)
})
