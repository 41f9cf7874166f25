import type { PayOutcome } from '@salp/gateway'
import { describe, expect, test } from 'vitest'
import { runCli } from '../cli.js'
import { createMemoryIo, type MemoryIoOptions } from '../testing/memory-io.js'
import { runOnNode } from '../testing/run-on-node.js'
import { sendJson, serve } from '../testing/serve.js'
import { temporaryHome } from '../testing/temporary-home.js'

const url = 'https://api.example.org/report'
const payee = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const amount = { units: '0.5', base: '500000', symbol: 'pathUSD', asset: payee }
const transaction = `0x${'ab'.repeat(32)}`
const order = { url, method: 'GET', headers: {}, task: '' }

const answered: PayOutcome = {
  ...{ status: 'answered', code: 200, contentType: 'text/plain', truncated: false },
  body: 'a \u001b[2Jbody',
  paid: { amount, payee, transaction },
}
const ask: PayOutcome = { status: 'ask', amount, payee, leftToday: '4.25' }
const refused: PayOutcome = { status: 'refused', code: 'gateway/pay-refused', reason: 'the day is spent' }

/** Pays at a node that gives these outcomes in turn. */
function pay(outcomes: readonly PayOutcome[], words: readonly string[] = [], change: MemoryIoOptions = {}) {
  let next = 0
  return runOnNode(['pay', url, ...words], (_, response) => sendJson(response, outcomes[next++]), change)
}

describe('salp pay', () => {
  test('prints the body as it is, and what was paid beside it', async () => {
    const { exitCode, output, errors, requests } = await pay([answered])
    expect([exitCode, output]).toEqual([0, 'a \u001b[2Jbody'])
    expect(errors).toBe(`Paid 0.5 pathUSD to ${payee}, transaction ${transaction}\n`)
    expect(requests.map(({ method, path, body }) => [method, path, body])).toEqual([['POST', '/api/wallet/pay', order]])
  })

  test('shows a body in a terminal, which must not obey it', async () => {
    expect((await pay([answered], [], { typed: [] })).output).toBe('a ␛[2Jbody\n')
  })

  test('says that an answer cost nothing, failed, or is longer', async () => {
    const { exitCode, errors } = await pay([{ ...answered, code: 404, truncated: true, paid: undefined }])
    expect([exitCode, errors]).toEqual([
      5,
      'This is its beginning; the rest was too long\nIt answered with HTTP 404\nIt cost nothing\n',
    ])
  })

  test('sends method, headers and body, which may be standard input', async () => {
    const words = ['-d', '-', '-H', 'accept: text/csv', '-H', 'X-Time:12:30', '--max', '0.05']
    const { requests } = await pay([answered], words, { input: '{"q":1}' })
    expect(requests[0]?.body).toEqual({
      ...{ ...order, method: 'POST', body: '{"q":1}', agreedUpTo: '0.05' },
      headers: { accept: 'text/csv', 'X-Time': '12:30' },
    })
    expect((await pay([answered], ['-X', 'put', '-d', 'x'])).requests[0]?.body).toMatchObject({ method: 'PUT' })
  })

  test('refuses a wrong order before anything is sent', async () => {
    for (const words of [
      ['pay', 'ftp://example.org'],
      ['pay', 'example.org'],
      ['pay', url, '-X', 'TRACE'],
      ['pay', url, '-H', 'secret'],
      ['pay', url, '--max', '1e9'],
      ['pay'],
    ]) {
      const { exitCode, errors, requests } = await runOnNode(words, (_, response) => sendJson(response, answered))
      expect([words, exitCode, requests, errors.includes('secret')]).toEqual([words, 2, [], false])
    }
  })
})

test('salp pay, wallet and gateway say how to start a node where none runs', async () => {
  using temporary = temporaryHome()
  for (const words of [['pay', url], ['wallet'], ['wallet', 'address'], ['gateway'], ['gateway', 'list']]) {
    const { io, errors } = createMemoryIo()
    expect(await runCli(['--home', temporary.home.path, ...words], io)).toBe(1)
    expect(errors()).toBe(`salp: No node runs on ${temporary.home.path}. Start one and leave it running: npm start\n`)
  }
})

describe('salp pay, asked to agree', () => {
  test('shows what, to whom, how much and what is left, and pays upon a yes', async () => {
    const { exitCode, output, errors, requests } = await pay([ask, answered], [], { typed: ['y'] })
    expect([exitCode, output]).toEqual([0, 'a ␛[2Jbody\n'])
    const asked = [
      '? It costs 0.5 pathUSD',
      `  For         GET ${url}`,
      `  To          ${payee}`,
      '  Left today  4.25 pathUSD',
    ]
    expect(errors).toContain(asked.join('\n'))
    expect(errors).toContain(`Paid 0.5 pathUSD to ${payee}, transaction ${transaction}\n`)
    expect(requests.map(({ body }) => body)).toEqual([order, { ...order, agreedUpTo: '0.5' }])
  })

  test.each(['n', '', 'yess', 'q'])('pays nothing upon %j', async (line) => {
    const { exitCode, errors, requests } = await pay([ask, answered], [], { typed: [line] })
    expect([exitCode, requests.length]).toEqual([4, 1])
    expect(errors).toContain(`Not paid: it costs 0.5 pathUSD, to ${payee}, and nobody agreed to that`)
  })

  test('pays nothing if whoever is asked leaves', async () => {
    const { exitCode, errors, requests } = await pay([ask, answered], [], { typed: ['\u0003'] })
    expect([exitCode, requests.length, errors.endsWith('salp: Nothing was paid\n')]).toEqual([130, 1, true])
  })

  test('pays nothing where nobody can be asked', async () => {
    expect(await pay([ask, answered])).toMatchObject({ exitCode: 4, output: '', requests: [{ body: order }] })
    const { exitCode, output } = await pay([ask, answered], ['--json'], { typed: ['y'] })
    expect([exitCode, JSON.parse(output)]).toEqual([4, ask])
  })

  test('with --yes agrees once, so that a price cannot climb by asking', async () => {
    expect(await pay([ask, answered], ['--yes'])).toMatchObject({ exitCode: 0, output: 'a \u001b[2Jbody' })
    const more: PayOutcome = { ...ask, amount: { ...amount, units: '0.9' } }
    const climbing = await pay([ask, more, answered], ['--yes'])
    expect([climbing.exitCode, climbing.requests.length, climbing.errors]).toEqual([
      4,
      2,
      expect.stringContaining('it costs 0.9 pathUSD'),
    ])
  })

  test('with --max agrees to no more, whoever is there', async () => {
    for (const words of [
      ['--max', '0.05'],
      ['--max', '0.05', '--yes'],
    ]) {
      const { exitCode, requests } = await pay([ask, answered], words, { typed: ['y'] })
      expect([exitCode, requests.map(({ body }) => body)]).toEqual([4, [{ ...order, agreedUpTo: '0.05' }]])
    }
  })
})

describe('salp pay, not paid', () => {
  test('tells a limit from other reasons by its exit code', async () => {
    const limit = await pay([refused])
    expect([limit.exitCode, limit.output, limit.errors]).toEqual([
      4,
      '',
      'Not answered: the day is spent (gateway/pay-refused)\n',
    ])
    expect(await pay([{ ...refused, code: 'gateway/pay-unpayable' }])).toMatchObject({ exitCode: 1 })
  })

  test('says when money moved, or may have', async () => {
    const moved = await pay([{ ...refused, code: 'gateway/paid-and-failed', transaction }])
    expect([moved.exitCode, moved.errors]).toEqual([6, expect.stringContaining(`Paid in transaction ${transaction}`)])
    expect(await pay([{ ...refused, code: 'gateway/pay-unknown' }])).toMatchObject({ exitCode: 6 })
  })

  test('passes on what the node refuses', async () => {
    const locked = { code: 'wallet/locked', detail: 'The wallet is not open' }
    const first = await runOnNode(['pay', url], (_, response) => sendJson(response, locked, 503))
    expect([first.exitCode, first.errors]).toEqual([1, 'salp: The wallet is not open\n'])
    const without = { code: 'agent/route-unknown', detail: 'There is no POST /api/wallet/pay' }
    const second = await runOnNode(['pay', url], (_, response) => sendJson(response, without, 404))
    expect([second.exitCode, second.errors]).toEqual([1, expect.stringContaining('wallet.chain is "off"')])
  })

  test('does not say that nothing was paid if the node is lost, fails, or is left alone', async () => {
    const lost = await runOnNode(['pay', url], (_, response) => void response.destroy())
    const failed = await runOnNode(['pay', url], (_, response) => sendJson(response, { detail: 'A fault' }, 500))
    for (const { exitCode, errors } of [lost, failed])
      expect([exitCode, errors]).toEqual([6, expect.stringContaining('look at "salp wallet receipts"')])

    using temporary = temporaryHome()
    await using server = await serve(({ path }, response) => {
      if (path === '/api/status') sendJson(response, {})
      else signal('SIGINT')
    })
    temporary.announce(server.url)
    const { io, errors, signal } = createMemoryIo()
    expect(await runCli(['--home', temporary.home.path, 'pay', url], io)).toBe(6)
    expect(errors()).toContain('look at "salp wallet receipts"')
  })
})
