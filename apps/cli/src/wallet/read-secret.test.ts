import { describe, expect, test } from 'vitest'
import { parseSecret } from './read-secret.js'

const digits = 'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'

describe('parseSecret()', () => {
  test.each([digits, `0x${digits}\n`, ` 0X${digits.toUpperCase()} `])('reads a key from %j', (text) => {
    expect(parseSecret(text)).toEqual({ type: 'key', privateKey: `0x${digits}` })
  })

  test('reads a phrase over lines and in any letter case', () => {
    expect(parseSecret(' Test  test\r\njunk\n')).toEqual({ type: 'phrase', phrase: 'test test junk' })
  })

  test('takes for a phrase what is nearly a key', () => {
    expect(parseSecret(digits.slice(1))).toEqual({ type: 'phrase', phrase: digits.slice(1) })
  })
})
