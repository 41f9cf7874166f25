/** What the agent adds to a tool call: everything from the model's reply to the result in the conversation. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTool, turnLimitsSchema } from '@salp/agent'
import { openDatabase } from '@salp/core/node'
import { scriptedModel } from '@salp/models/testing'
import { z } from 'zod'
import { createBenchAgent } from './bench-agent.mjs'
import { spread } from './spread.mjs'

const turns = 100
/** Turns before the figures count, so that the engine has compiled what it will. */
const warmUp = 40
const steps = 10
const callsPerStep = 8

/** Runs turns of many calls of a tool that does nothing, on disk and in memory. */
export async function measureCalls() {
  const folder = mkdtempSync(join(tmpdir(), 'salp-bench-'))
  try {
    return {
      diskUs: await measure(openDatabase(join(folder, 'bench.db'))),
      memoryUs: await measure(openDatabase(':memory:')),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function measure(db) {
  let next = 0
  const nothing = createTool({
    name: 'nothing',
    description: 'Does nothing',
    input: z.object({ value: z.number() }),
    effect: 'read',
    timeoutMs: 30_000,
    run: () => Promise.resolve(null),
  })
  const call = () => ({ id: `c${++next}`, name: 'nothing', input: { value: next } })
  const model = scriptedModel((_, index) =>
    index % (steps + 1) === steps ? { text: 'Done' } : { calls: Array.from({ length: callsPerStep }, call) },
  )
  const agent = createBenchAgent(
    { db, model, tools: [nothing] },
    {
      limits: { ...turnLimitsSchema.parse({}), maxCalls: 1_000 },
      governance: { rateLimit: { calls: 1_000_000, windowMs: 1_000 } },
    },
  )
  const trials = []
  for (let turn = 0; turn < turns; turn++) {
    const begunAt = performance.now()
    const { calls, status } = await agent.turn({ text: 'Do nothing', channel: 'bench' })
    if (status !== 'completed') throw new Error(`A turn ended as ${status}`)
    trials.push(((performance.now() - begunAt) * 1_000) / calls)
  }
  await agent.close()
  db.close()
  return spread(trials.slice(warmUp))
}
