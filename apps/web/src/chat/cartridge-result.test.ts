import { describe, expect, test } from 'vitest'
import { cartridgeOf } from './cartridge-result.js'

const snake = { id: 'snake', name: 'Snake', kind: 'interactive', version: 1 }

describe('cartridgeOf()', () => {
  test('reads the cartridge of a tool that made or changed one', () => {
    for (const tool of ['create_cartridge', 'write_cartridge'])
      expect(cartridgeOf(tool, { cartridge: snake, build: {} })).toEqual(snake)
  })

  test('reads nothing from another tool or another shape', () => {
    expect(cartridgeOf('read_file', { cartridge: snake })).toBeUndefined()
    for (const output of [undefined, null, 'text', {}, { cartridge: null }, { cartridge: { id: 'snake' } }])
      expect(cartridgeOf('create_cartridge', output)).toBeUndefined()
  })
})
