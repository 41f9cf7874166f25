/** How much later the first chunk of a reply comes through the agent than from the provider itself. */

import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { openDatabase } from '@salp/core/node'
import { startFakeOpenAi } from '@salp/models/testing/node'
import { createBenchAgent } from './bench-agent.mjs'
import { spread } from './spread.mjs'

const rounds = 60

/** Asks the same server in turn, raw and through the agent. */
export async function measureFirstChunk() {
  const server = await startFakeOpenAi(() => ({ text: ['Hello', ' there'] }))
  const model = createOpenAICompatible({ name: 'bench', baseURL: server.url })('bench')
  const db = openDatabase(':memory:')
  const agent = createBenchAgent({ db, model, tools: [] })
  const raw = []
  const through = []
  for (let round = 0; round < rounds; round++) {
    raw.push(await timeRaw(model))
    through.push(await timeAgent(agent))
  }
  await agent.close()
  db.close()
  await server.close()
  const warm = rounds / 4
  const pairs = through.map((ms, index) => [ms, raw[index]]).slice(warm)
  return { addedMs: spread(pairs.map(([ms, base]) => ms - base)), ratio: spread(pairs.map(([ms, base]) => ms / base)) }
}

/** Time to the first piece of text from a model itself, in ms. */
export async function timeRaw(model) {
  const begunAt = performance.now()
  const { stream } = await model.doStream({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] })
  let firstMs
  for await (const part of stream) {
    if (part.type === 'text-delta') firstMs ??= performance.now() - begunAt
  }
  return firstMs
}

async function timeAgent(agent) {
  const begunAt = performance.now()
  const turn = agent.stream({ text: 'Hi', channel: 'bench' })
  let firstMs
  for await (const event of turn.events()) {
    if (event.name === 'text:streamed') firstMs ??= performance.now() - begunAt
  }
  return firstMs
}
