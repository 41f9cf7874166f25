import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { getRequestListener } from '@hono/node-server'
import { expect, test } from 'vitest'
import { serve } from './testing/internal/serve.js'
import { stockFacilitator, stockFacilitatorApp } from './testing/internal/stock.js'
import { startTestChain, testAccount, testKey } from './testing/internal/test-chain.js'

function run(example: URL, parameters: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const load = import.meta.resolve('@salp/presets/run-source')
  const flags = ['--no-warnings', '--experimental-strip-types', '--conditions=@salp/source', '--import', load]
  return spawn(process.execPath, [...flags, fileURLToPath(example), ...parameters], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

test('examples/paying-client.ts buys from examples/paid-api.ts, which settles by the official facilitator', async () => {
  await using chain = await startTestChain({ chainId: 42431 })
  const [seller, buyer, settler] = [3, 1, 7]
  for (const n of [buyer, settler]) await chain.fund(testAccount(n).address)
  await using facilitator = await serve(getRequestListener(stockFacilitatorApp(stockFacilitator(chain, settler)).fetch))
  const folder = await mkdtemp(join(tmpdir(), 'salp-example-'))
  const { address } = testAccount(seller)
  const api = run(new URL('../examples/paid-api.ts', import.meta.url), [
    'local',
    address,
    facilitator.origin,
    join(folder, 'sold.db'),
  ])
  try {
    const port = await new Promise<string>((resolve, reject) => {
      api.stdout?.on('data', (said) => resolve(/port: (\d+)/.exec(String(said))?.[1] ?? ''))
      api.once('close', () => reject(new Error('paid-api.ts ended')))
    })
    const url = `http://127.0.0.1:${port}/weather`
    const client = run(
      new URL('../examples/paying-client.ts', import.meta.url),
      ['local', url, join(folder, 'spent.db')],
      { SALP_KEY: testKey(buyer) },
    )
    expect(client.stdout && (await text(client.stdout))).toBe('200 fair for 10000n base units\n')
    expect(await chain.balance(address)).toBe(10_000n)
  } finally {
    api.kill()
    await rm(folder, { recursive: true })
  }
}, 60_000)
