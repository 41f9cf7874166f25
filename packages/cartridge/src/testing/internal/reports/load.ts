/** Asks one address again and again over connections that stay open, in a thread of its own, and says how many answers a second. */

import { Agent, get } from 'node:http'
import { parentPort } from 'node:worker_threads'

/** What the thread is asked. */
export interface LoadRequest {
  readonly url: string
  readonly connections: number
  readonly forMs: number
}

parentPort?.on('message', async ({ url, connections, forMs }: LoadRequest) => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const until = performance.now() + forMs
  const began = performance.now()
  const counts = await Promise.all(Array.from({ length: connections }, () => askUntil(url, agent, until)))
  const seconds = (performance.now() - began) / 1_000
  agent.destroy()
  parentPort?.postMessage(counts.reduce((sum, count) => sum + count, 0) / seconds)
})

async function askUntil(url: string, agent: Agent, until: number): Promise<number> {
  let answers = 0
  for (; performance.now() < until; answers++) await ask(url, agent)
  return answers
}

function ask(url: string, agent: Agent): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const request = get(url, { agent }, (response) => {
    if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`))
    response.resume().on('end', resolve)
  })
  request.on('error', reject)
  return promise
}
