import { migrate } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { expect, test } from 'vitest'
import { parseAddress } from './hex.js'
import { walletMigrations } from './migrations.js'
import { createReceiptLedger, type Receipt, receiptCsv, receiptLines } from './receipts.js'

const receipt: Receipt = {
  id: 'r1',
  direction: 'out',
  at: 1_000,
  chainId: 42431,
  asset: parseAddress('0x20c0000000000000000000000000000000000000'),
  amount: 2n ** 256n - 1n,
  payer: parseAddress('0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'),
  payee: parseAddress('0x70997970c51812dc3a010c7d01b50e0d17dc79c8'),
  transaction: `0x${'ab'.repeat(32)}`,
  resource: 'https://example.com/weather',
  task: 't',
}

function open() {
  const db = openDatabase(':memory:')
  migrate(db, 'wallet', walletMigrations)
  return createReceiptLedger(db)
}

test('record() keeps a receipt once and refuses another under its id', () => {
  const ledger = open()
  expect([ledger.record(receipt), ledger.record({ ...receipt })]).toEqual([true, false])
  expect(() => ledger.record({ ...receipt, amount: 1n })).toThrow(expect.objectContaining({ code: 'wallet/receipt' }))
  expect(() => ledger.record({ ...receipt, id: 'r2', amount: -1n })).toThrow()
  expect([...ledger.list()]).toEqual([receipt])
})

test('list() gives receipts in order of time, within a range', () => {
  const ledger = open()
  for (const [id, at] of [
    ['c', 3],
    ['a', 1],
    ['d', 4],
    ['b', 2],
  ] as const)
    ledger.record({ ...receipt, id, at })
  expect([...ledger.list()].map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
  expect([...ledger.list({ from: 2, until: 4 })].map(({ id }) => id)).toEqual(['b', 'c'])
})

test('receiptLines() writes one receipt a line, amounts as text', () => {
  const [line = '', ...rest] = receiptLines([receipt])
  expect(rest).toEqual([])
  expect(line.endsWith('}\n')).toBe(true)
  expect(JSON.parse(line)).toEqual({ ...receipt, amount: String(receipt.amount) })
})

test('receiptCsv() quotes what needs it and runs no formula', () => {
  const [header, ...rows] = receiptCsv([
    { ...receipt, amount: 5n, resource: '=HYPERLINK("x"), "y"', task: 'a\nb' },
    { ...receipt, amount: 5n, resource: '@x', task: '-1' },
  ])
  expect(header).toBe('id,direction,at,chainId,asset,amount,payer,payee,transaction,resource,task\r\n')
  const start = `r1,out,1970-01-01T00:00:01.000Z,42431,${receipt.asset},5,${receipt.payer},${receipt.payee},${receipt.transaction}`
  expect(rows).toEqual([`${start},"'=HYPERLINK(""x""), ""y""","a\nb"\r\n`, `${start},'@x,'-1\r\n`])
})
