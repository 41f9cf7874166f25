import { describe, expect, test } from 'vitest'
import { explorerHref, shorten, webUrl } from './address.js'

describe('shorten()', () => {
  test('keeps both ends of an address, and short text whole', () => {
    expect(shorten(`0x20c0${'0'.repeat(35)}1`)).toBe('0x20c0…0001')
    expect(shorten('recall')).toBe('recall')
  })
})

describe('webUrl()', () => {
  test.each(['javascript:alert(1)', 'data:text/html,x', 'ipfs://b', 'recall', '', undefined])(
    'makes no link of %j',
    (text) => {
      expect(webUrl(text)).toBeUndefined()
    },
  )
})

describe('explorerHref()', () => {
  test('stands below the explorer, whether or not it ends in a slash', () => {
    expect(explorerHref('https://scan.test', 'tx', '0xab')).toBe('https://scan.test/tx/0xab')
    expect(explorerHref('https://scan.test/base/', 'address', '0xab')).toBe('https://scan.test/base/address/0xab')
  })

  test('is nothing without an explorer, or for what is no hash', () => {
    expect(explorerHref(undefined, 'tx', '0xab')).toBeUndefined()
    expect(explorerHref('https://scan.test', 'tx', '../login')).toBeUndefined()
    expect(explorerHref('https://scan.test', 'tx', '')).toBeUndefined()
  })
})
