import type { Asset } from '@salp/wallet'
import { AmountError, parseAddress } from '@salp/wallet'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { priceIn } from './price.js'

const token = (decimals: number): Asset => ({
  chainId: 1,
  address: parseAddress(`0x${'11'.repeat(20)}`),
  symbol: 'USDX',
  decimals,
  domain: { name: 'X', version: '1' },
})

describe('priceIn()', () => {
  test('is exact in tokens of any number of decimals', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 30n }), fc.integer({ min: 0, max: 18 }), (amount, decimals) => {
        const digits = String(amount).padStart(decimals + 1, '0')
        const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
        expect(priceIn(`$${text}`, token(decimals))).toBe(amount)
      }),
    )
  })

  test('reads dollars and base units, by symbol and by address', () => {
    const asset = token(18)
    expect(priceIn('0.01', asset)).toBe(10n ** 16n)
    expect(priceIn({ amount: '7', asset: 'usdx' }, asset)).toBe(7n)
    expect(priceIn({ amount: '7', asset: asset.address.toLowerCase() }, asset)).toBe(7n)
    expect(priceIn({ amount: 7n, asset }, asset)).toBe(7n)
    expect(priceIn({ amount: '7', asset: 'other' }, asset)).toBeUndefined()
  })

  test.each(['$0', '$0.0000001', '0x1', '', '$1e3', '-1', '1,5'])('throws AmountError for %j', (price) => {
    expect(() => priceIn(price, token(6))).toThrow(AmountError)
  })
})
