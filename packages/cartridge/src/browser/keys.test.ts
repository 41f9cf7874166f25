import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type KeyStroke, keyCodeOf, pixelAt } from './keys.js'

const stroke = (stroke: Partial<KeyStroke>): KeyStroke => ({
  ...{ key: '', code: '', ctrlKey: false, metaKey: false, altKey: false },
  ...stroke,
})

describe('keyCodeOf()', () => {
  test.each([
    ['ArrowLeft', 37],
    ['ArrowUp', 38],
    ['ArrowRight', 39],
    ['ArrowDown', 40],
    ['Enter', 13],
    ['Escape', 27],
    [' ', 32],
    ['0', 48],
    ['9', 57],
    ['a', 65],
    ['Z', 90],
  ])('knows "%s" as %i', (key, code) => {
    expect(keyCodeOf(stroke({ key }))).toBe(code)
  })

  test('goes by the letter, not by its place', () => {
    expect(keyCodeOf(stroke({ key: 'q', code: 'KeyA' }))).toBe(81)
  })

  test('goes by the place where the keyboard has other letters', () => {
    expect(keyCodeOf(stroke({ key: 'ω', code: 'KeyV' }))).toBe(86)
    expect(keyCodeOf(stroke({ key: '!', code: 'Digit1' }))).toBe(49)
  })

  test.each(['Tab', 'Shift', 'F5', 'Home', '/', 'é'])('leaves "%s" to the page', (key) => {
    expect(keyCodeOf(stroke({ key, code: 'Other' }))).toBeUndefined()
  })

  test('leaves what is pressed with Ctrl, Alt or the command key to the page', () => {
    for (const held of ['ctrlKey', 'altKey', 'metaKey'] as const)
      expect(keyCodeOf(stroke({ key: 'a', [held]: true }))).toBeUndefined()
  })
})

describe('pixelAt()', () => {
  const place = { left: 10, top: 20, width: 640, height: 480 }
  const size = { width: 320, height: 240 }

  test('counts in pixels of the picture', () => {
    expect(pixelAt({ clientX: 10, clientY: 20 }, place, size)).toEqual({ x: 0, y: 0 })
    expect(pixelAt({ clientX: 330, clientY: 260 }, place, size)).toEqual({ x: 160, y: 120 })
    expect(pixelAt({ clientX: 649.9, clientY: 499.9 }, place, size)).toEqual({ x: 319, y: 239 })
  })

  test('leaves out the bars beside a picture that has other proportions', () => {
    const wide = { left: 0, top: 0, width: 1_000, height: 480 }
    expect(pixelAt({ clientX: 180, clientY: 0 }, wide, size)).toEqual({ x: 0, y: 0 })
    expect(pixelAt({ clientX: 500, clientY: 240 }, wide, size)).toEqual({ x: 160, y: 120 })
    expect(pixelAt({ clientX: 999, clientY: 479 }, wide, size)).toEqual({ x: 319, y: 239 })
  })

  test('stays inside, however small the place', () => {
    const length = fc.double({ min: -5_000, max: 5_000, noNaN: true })
    fc.assert(
      fc.property(length, length, fc.nat(2_000), fc.nat(2_000), (clientX, clientY, width, height) => {
        const { x, y } = pixelAt({ clientX, clientY }, { left: 3, top: 4, width, height }, size)
        expect([Number.isInteger(x), Number.isInteger(y)]).toEqual([true, true])
        expect(x).toBeGreaterThanOrEqual(0)
        expect(x).toBeLessThan(320)
        expect(y).toBeGreaterThanOrEqual(0)
        expect(y).toBeLessThan(240)
      }),
    )
  })
})
