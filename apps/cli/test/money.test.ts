/** Money in the terminal: the real program, a real node, and a chain whose money is worth nothing. */

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { WalletView } from '@salp/gateway'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createPlace, type Place } from './salp.js'

let place: Place
beforeEach(() => {
  place = createPlace({ SALP_WALLET_CHAIN: 'local' })
})
afterEach(() => place[Symbol.dispose]())

describe('wallet', () => {
  test('shows nothing of a passphrase in a terminal, and makes a keystore that is dear to guess', async () => {
    const terminal = place.terminal('wallet', 'create')
    await terminal.see(/New passphrase of "main" › $/)
    terminal.type('correct horse\r')
    const first = await terminal.see(/once more › $/)
    terminal.type('correct horse\r')
    const last = await terminal.see(/Address +0x[\s\S]*salp wallet reveal/)
    expect([await terminal.ended(), `${first}${last}`.includes('horse')]).toEqual([0, false])
    const { Crypto } = JSON.parse(readFileSync(join(place.home, 'keystore', 'main.json'), 'utf8'))
    expect(Crypto.kdfparams.n).toBeGreaterThanOrEqual(131_072)

    const reveal = place.terminal('wallet', 'reveal')
    await reveal.see(/can take the money[\s\S]*Passphrase of "main" › $/)
    reveal.type('correct horse\r')
    expect(await reveal.see(/12 [a-z]+\s*$/)).toMatch(/^\s*1 [a-z]+ +2 [a-z]+/)
    expect(await reveal.ended()).toBe(0)
  })
})

describe('pay and gateway', () => {
  test('sell a service and buy from it, once somebody says yes', async () => {
    await using upstream = await openUpstream()
    const node = place.terminal('run', '--port', '0', '--set', 'gateway.allowHosts=127.0.0.1')
    const [, url = ''] = /ready: (http:\S+)/.exec(await node.see(/Salp is ready: http:\S+\s/)) ?? []
    const wallet = async (): Promise<WalletView> => JSON.parse((await place.salp('wallet', '--json')).output)
    await vi.waitFor(async () => expect(await wallet()).toMatchObject({ state: 'open' }), {
      timeout: 30_000,
      interval: 100,
    })

    const added = await place.salp('gateway', 'add', 'dear', `${upstream.url}/api`, '--price', '0.5')
    expect(added).toMatchObject({ exitCode: 0, output: expect.stringContaining(`${url}/g/dear`) })
    const refused = await place.salp('pay', `${url}/g/dear/report`)
    expect([refused.exitCode, refused.output]).toEqual([4, ''])
    expect(upstream.asked).toEqual([])

    const terminal = place.terminal('pay', `${url}/g/dear/report`)
    expect(await terminal.see(/\[n\]o › $/)).toMatch(/It costs 0\.5 devUSD[\s\S]*Left today +5 devUSD/)
    terminal.type('y\r')
    await terminal.see(/answer of \/api\/report[\s\S]*Paid 0\.5 devUSD to 0x[\s\S]*transaction\s+0x/)
    expect([await terminal.ended(), upstream.asked]).toEqual([0, ['/api/report']])

    const script = await place.salp('pay', `${url}/g/dear/again`, '--max', '0.5')
    expect(script).toMatchObject({ exitCode: 0, output: 'answer of /api/again' })
    expect((await place.salp('gateway')).output).toContain('1 devUSD from 2 payments')
    const { receipts } = JSON.parse((await place.salp('wallet', 'receipts', '--json')).output)
    expect(receipts.filter(({ direction }: { direction: string }) => direction === 'out')).toHaveLength(2)
    expect((await wallet()).policies[0]?.leftToday).toBe('4')
    node.type('\x03')
    expect(await node.ended()).toBe(0)
  })
})

/** A service to sell. */
async function openUpstream() {
  const asked: string[] = []
  const server = createServer(({ url = '' }, response) => {
    asked.push(url)
    response.end(`answer of ${url}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
