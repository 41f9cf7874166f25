import type { ReceiptView } from '@salp/gateway'
import { describe, expect, test } from 'vitest'
import { filterReceipts, withNewest, withOlder } from './receipt-list.js'

function receipt(id: string, part: Partial<ReceiptView> = {}): ReceiptView {
  return {
    id,
    direction: 'in',
    at: 0,
    amount: { units: '0.01', base: '10000', symbol: 'pathUSD', asset: '0x20c0' },
    payer: '0xPayer',
    payee: '0xPayee',
    transaction: '0xabc',
    resource: 'weather',
    task: '',
    ...part,
  }
}
const list = (ids: string) => [...ids].map((id) => receipt(id))
const idsOf = (receipts: readonly ReceiptView[]) => receipts.map(({ id }) => id).join('')

describe('withNewest()', () => {
  test('puts what is new before what is known', () => {
    expect(idsOf(withNewest(list('cba'), list('edc'), 3))).toBe('edcba')
  })

  test('drops what is known if a full page does not reach it', () => {
    expect(idsOf(withNewest(list('cba'), list('ihg'), 3))).toBe('ihg')
  })

  test('takes a page that is not full for everything', () => {
    expect(idsOf(withNewest(list('cba'), list('ba'), 3))).toBe('ba')
  })
})

describe('withOlder()', () => {
  test('repeats nothing', () => {
    expect(idsOf(withOlder(list('edc'), list('cba')))).toBe('edcba')
  })
})

describe('filterReceipts()', () => {
  const receipts = [
    receipt('a'),
    receipt('b', { direction: 'out', resource: 'https://shop.test/Tea', task: 'buy tea' }),
    receipt('c', { direction: 'out', payee: '0xTea' }),
  ]

  test('finds words in any field, in any case', () => {
    expect(idsOf(filterReceipts(receipts, { direction: 'any', text: ' tea ' }))).toBe('bc')
    expect(idsOf(filterReceipts(receipts, { direction: 'any', text: '0XABC' }))).toBe('abc')
  })

  test('keeps one direction', () => {
    expect(idsOf(filterReceipts(receipts, { direction: 'in', text: '' }))).toBe('a')
    expect(idsOf(filterReceipts(receipts, { direction: 'out', text: 'weather' }))).toBe('c')
  })
})
