import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Caller, createCallerSigner, readCaller, writeCaller } from './caller.js'

const secret = new Uint8Array(32).fill(7)
const sign = createCallerSigner(secret)
const target = { method: 'POST', path: '/v1/x?q=1' }
const caller: Caller = { requestId: 'r-1', at: 1_000_000, payer: '0xAb', amount: 10n ** 30n, transaction: '0xff' }
const window = { secret, now: 1_000_000, windowMs: 60_000 }

describe('writeCaller()', () => {
  test('signs the documented lines with HMAC-SHA256', async () => {
    const lines = ['salp-caller-1', 'POST', '/v1/x?q=1', 'r-1', '1000000', '0xAb', `1${'0'.repeat(30)}`, '0xff']
    const mac = createHmac('sha256', secret).update(lines.join('\n')).digest('hex')
    expect(await writeCaller(caller, target, sign)).toBe(
      `v=1;id=r-1;t=1000000;payer=0xAb;amount=1${'0'.repeat(30)};tx=0xff;sig=${mac}`,
    )
  })

  test('throws RangeError rather than let a field end early', async () => {
    for (const payer of ['a;tx=0x1', 'a\nb', 'ä']) {
      await expect(writeCaller({ ...caller, payer }, target, sign)).rejects.toThrow(RangeError)
    }
  })
})

describe('readCaller()', () => {
  test('reads back what was written', async () => {
    const word = fc.stringMatching(/^[\w:.-]{1,20}$/)
    const any = fc.record(
      { requestId: word, at: fc.nat(), payer: word, amount: fc.bigInt(0n, 2n ** 256n - 1n), transaction: word },
      { requiredKeys: ['requestId', 'at'] },
    )
    await fc.assert(
      fc.asyncProperty(any, async (written) => {
        const value = await writeCaller(written, target, sign)
        expect(await readCaller(value, target, { ...window, now: written.at })).toEqual({
          status: 'valid',
          caller: written,
        })
      }),
    )
  })

  test('refuses another method, path, secret, or a changed field', async () => {
    const value = await writeCaller(caller, target, sign)
    const refused = { status: 'refused', reason: 'signature' }
    expect(await readCaller(value, { ...target, method: 'GET' }, window)).toEqual(refused)
    expect(await readCaller(value, { ...target, path: '/v1/x?q=2' }, window)).toEqual(refused)
    expect(await readCaller(value, target, { ...window, secret: new Uint8Array(32) })).toEqual(refused)
    for (const [from, to] of [
      ['0xAb', '0xAc'],
      ['=1000', '=9000'],
      ['r-1', 'r-2'],
      ['0xff', ''],
    ] as const) {
      expect(await readCaller(value.replace(from, to), target, window), from).toEqual(refused)
    }
  })

  test('refuses a time outside the window, either way, and text that is no header', async () => {
    const value = await writeCaller(caller, target, sign)
    for (const [now, status] of [
      [1_060_000, 'valid'],
      [940_000, 'valid'],
      [1_060_001, 'refused'],
      [939_999, 'refused'],
    ] as const) {
      expect((await readCaller(value, target, { ...window, now })).status, String(now)).toBe(status)
    }
    for (const text of ['', 'v=2', `${value}0`, value.toUpperCase(), value.slice(0, -1)]) {
      expect(await readCaller(text, target, window)).toEqual({ status: 'refused', reason: 'malformed' })
    }
  })
})
