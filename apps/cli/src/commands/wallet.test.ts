import type { ReceiptView, WalletView } from '@salp/gateway'
import { describe, expect, test } from 'vitest'
import { runOnNode } from '../testing/run-on-node.js'
import { sendJson } from '../testing/serve.js'

const address = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const asset = '0x20c0000000000000000000000000000000000000'

const wallet: WalletView = {
  state: 'open',
  address,
  chain: { id: 42431, name: 'Local', development: true, reachable: true },
  balances: [
    { units: '1000', base: '1000000000', symbol: 'pathUSD', asset },
    { units: '0.5', base: '500000', symbol: 'AlphaUSD', asset },
  ],
  policies: [
    {
      ...{ symbol: 'pathUSD', asset, ceiling: '1', askAbove: '0.1', perDay: '5', perPayeeDay: '2', perTask: '2' },
      ...{ payees: 'any', leftToday: '4.25' },
    },
    {
      ...{ symbol: 'AlphaUSD', asset, ceiling: '10', askAbove: '0', perDay: '50', perPayeeDay: '20', perTask: '20' },
      ...{ payees: [address], leftToday: '50' },
    },
  ],
  identity: { agentId: '7', registry: asset, uri: 'http://127.0.0.1:4023/agent.json' },
  faucet: true,
}

const none: WalletView = {
  ...wallet,
  state: 'none',
  detail: 'Make one: salp wallet create',
  address: undefined,
  balances: [],
  policies: [],
  identity: undefined,
  chain: { ...wallet.chain, reachable: false },
  faucet: false,
}

const answers = (value: unknown): Parameters<typeof runOnNode>[1] => {
  return (_, response) => sendJson(response, value)
}

describe('salp wallet', () => {
  test('shows what is in it, and what may be spent', async () => {
    const { exitCode, output, requests } = await runOnNode(['wallet'], answers(wallet))
    expect([exitCode, requests.map(({ method, path }) => [method, path])]).toEqual([0, [['GET', '/api/wallet']]])
    expect(output).toMatchInlineSnapshot(`
      "State     open
      Address   0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266
      Chain     Local (42431), on this machine, its money is worth nothing
      Balance   1000 pathUSD
                0.5 AlphaUSD
      Identity  agent 7 of 0x20c0000000000000000000000000000000000000
      Faucet    gives test money: salp wallet faucet

      Limits of  left today  a day  a payee a day  a task  a payment  asks above  payees
      pathUSD          4.25      5              2       2          1         0.1  any
      AlphaUSD           50     50             20      20         10           0  1 address
      "
    `)
  })

  test('says what to do where there is none', async () => {
    expect((await runOnNode(['wallet'], answers(none))).output).toMatchInlineSnapshot(`
      "State  none. Make one: salp wallet create
      Chain  Local (42431), on this machine, its money is worth nothing, not reachable just now
      "
    `)
  })

  test('prints JSON as the node gave it', async () => {
    expect(JSON.parse((await runOnNode(['wallet', '--json'], answers(wallet))).output)).toEqual(wallet)
  })
})

describe('salp wallet address', () => {
  test('prints it alone', async () => {
    expect(await runOnNode(['wallet', 'address'], answers(wallet))).toMatchObject({
      output: `${address}\n`,
      errors: '',
    })
  })

  test('fails where there is none', async () => {
    const { exitCode, output, errors } = await runOnNode(['wallet', 'address', '--json'], answers(none))
    expect([exitCode, output, JSON.parse(errors)]).toEqual([
      1,
      '',
      {
        error: {
          code: 'cli/wallet-closed',
          message: 'Cannot tell the address. Make one: salp wallet create',
        },
      },
    ])
  })
})

test('salp wallet faucet names the transactions, if it is told of any', async () => {
  expect((await runOnNode(['wallet', 'faucet'], answers({ transactions: [] }))).output).toBe('Got test money\n')
  const { output, requests } = await runOnNode(['wallet', 'faucet'], answers({ transactions: ['0x1', '0x2'] }))
  expect([output, requests[0]?.method, requests[0]?.path]).toEqual([
    'Got test money\n0x1\n0x2\n',
    'POST',
    '/api/wallet/faucet',
  ])
})

describe('salp wallet receipts', () => {
  const hash = `0x${'ab'.repeat(32)}`
  const receipt: ReceiptView = {
    ...{ id: 'r1', direction: 'out', at: Date.UTC(2026, 10, 1, 12, 30), payer: address, payee: asset },
    ...{ amount: { units: '0.05', base: '50000', symbol: 'pathUSD', asset }, transaction: hash, task: '' },
    resource: 'https://example.org/\u001b[2Jreport',
  }

  test('lists them', async () => {
    const receipts = [receipt, { ...receipt, direction: 'in', amount: { ...receipt.amount, units: '12' } }]
    const { output, requests } = await runOnNode(['wallet', 'receipts'], answers({ receipts }))
    expect(requests[0]?.path).toBe('/api/wallet/receipts?limit=50')
    expect(output).toMatchInlineSnapshot(`
      "When (UTC)               Amount  With         Transaction  For
      2026-11-01 12:30  -0.05 pathUSD  0x20c0…0000  0xabab…abab  https://example.org/␛[2Jreport
      2026-11-01 12:30    +12 pathUSD  0xf39F…2266  0xabab…abab  https://example.org/␛[2Jreport
      "
    `)
    expect((await runOnNode(['wallet', 'receipts'], answers({ receipts: [] }))).output).toBe('No receipts\n')
  })

  test('asks for a time, as JSON or as the CSV that the node writes', async () => {
    const range = ['--from', '2026-11-01', '--until', '2026-12-01']
    const query = `from=${Date.UTC(2026, 10, 1)}&until=${Date.UTC(2026, 11, 1)}`
    const words = ['wallet', 'receipts', ...range, '--limit', '5', '--json']
    const json = await runOnNode(words, answers({ receipts: [receipt] }))
    expect([json.requests[0]?.path, JSON.parse(json.output)]).toEqual([
      `/api/wallet/receipts?${query}&limit=5`,
      { receipts: [receipt] },
    ])
    const csv = await runOnNode(['wallet', 'receipts', ...range, '--csv'], (_, response) => {
      response.writeHead(200, { 'content-type': 'text/csv' }).end('id,at\r\nr1,now\r\n')
    })
    expect([csv.requests[0]?.path, csv.output]).toEqual([`/api/wallet/receipts.csv?${query}`, 'id,at\r\nr1,now\r\n'])
  })
})
