import { describe, expect, test } from 'vitest'
import { globalKey, type KeyPress } from './keys.js'

const press = (press: Partial<KeyPress>): KeyPress => ({
  key: '',
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...press,
})

describe('globalKey()', () => {
  test('takes Ctrl and the command key alike', () => {
    expect(globalKey(press({ key: 'k', ctrlKey: true }), true)).toBe('palette')
    expect(globalKey(press({ key: 'K', metaKey: true }), true)).toBe('palette')
  })

  test('reads Alt by the place of the key, as its character differs by layout', () => {
    expect(globalKey(press({ key: '“', code: 'Digit2', altKey: true }), true)).toBe('tab-2')
    expect(globalKey(press({ key: '˜', code: 'KeyN', altKey: true }), false)).toBe('new')
  })

  test('leaves plain keys to a field that is typed in', () => {
    expect(globalKey(press({ key: '?' }), true)).toBeUndefined()
    expect(globalKey(press({ key: '?' }), false)).toBe('help')
  })

  test('leaves characters that take AltGr alone', () => {
    expect(globalKey(press({ key: 'k', ctrlKey: true, altKey: true }), false)).toBeUndefined()
  })
})
