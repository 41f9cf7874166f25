import { migrate } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { expect, test } from 'vitest'
import { createAddressBook } from './address-book.js'
import { parseAddress } from './hex.js'
import { walletMigrations } from './migrations.js'

const alice = parseAddress('0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266')
const bob = parseAddress('0x70997970c51812dc3a010c7d01b50e0d17dc79c8')

function open() {
  const db = openDatabase(':memory:')
  migrate(db, 'wallet', walletMigrations)
  return createAddressBook(db)
}

test('add() keeps a name for one address, whatever its letter case', () => {
  const book = open()
  book.add({ name: 'Alice', address: alice })
  book.add({ name: 'alice', address: alice })
  expect(() => book.add({ name: 'ALICE', address: bob })).toThrow(expect.objectContaining({ code: 'wallet/contact' }))
  expect(book.list()).toEqual([{ name: 'Alice', address: alice }])
  expect([book.find('alice'), book.find('bob'), book.namesOf(alice)]).toEqual([alice, undefined, ['Alice']])
  expect([book.remove('alice'), book.remove('alice'), book.list()]).toEqual([true, false, []])
})

test('add() refuses names that hide or deceive', () => {
  const book = open()
  for (const name of ['', ' a', 'a\n', 'a\u202eb', 'a\u200bb', 'x'.repeat(65), '\u0000']) {
    expect(() => book.add({ name, address: alice }), JSON.stringify(name)).toThrow(
      expect.objectContaining({ code: 'wallet/contact' }),
    )
  }
})

test('parseAddress() reads any letter case and refuses wrong checksums', () => {
  expect(parseAddress(alice.toLowerCase())).toBe(alice)
  expect(parseAddress(`0x${alice.slice(2).toUpperCase()}`)).toBe(alice)
  const wrong = alice.replace('F', 'f')
  for (const text of [wrong, alice.slice(2), `${alice}0`, 'alice.eth', '', `0x${'g'.repeat(40)}`, ` ${alice}`]) {
    expect(() => parseAddress(text), text).toThrow(expect.objectContaining({ code: 'wallet/address' }))
  }
})
