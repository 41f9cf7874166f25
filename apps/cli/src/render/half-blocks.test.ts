import type { Framebuffer } from '@salp/cartridge/host'
import { describe, expect, test } from 'vitest'
import { renderHalfBlocks } from './half-blocks.js'

/** A picture from rows of letters: r, g, b, w or a dot for black, `-` for nothing. */
function picture(...rows: readonly string[]): Framebuffer {
  const colors: Record<string, readonly number[]> = {
    ...{ r: [255, 0, 0, 255], g: [0, 255, 0, 255], b: [0, 0, 255, 255], w: [255, 255, 255, 255] },
    ...{ '.': [0, 0, 0, 255], '-': [255, 255, 255, 0] },
  }
  const pixels = new Uint8ClampedArray(rows.flatMap((row) => [...row].flatMap((letter) => colors[letter] ?? [])))
  return { width: rows[0]?.length ?? 0, height: rows.length, pixels }
}

const shown = (lines: readonly string[]): string[] => lines.map((line) => line.replaceAll('\u001b', '␛'))

describe('renderHalfBlocks()', () => {
  test('shows two pixels a character, and names a colour only where it changes', () => {
    expect(shown(renderHalfBlocks(picture('rrg', 'bbb'), { columns: 3, rows: 5, trueColor: true }))).toEqual([
      '␛[38;2;255;0;0m␛[48;2;0;0;255m▀▀␛[38;2;0;255;0m▀␛[0m',
    ])
  })

  test('takes the mean of what one pixel stands for, and nothing for black', () => {
    const lines = renderHalfBlocks(picture('w.', 'w.', '--', '--'), { columns: 1, rows: 1, trueColor: true })
    expect(shown(lines)).toEqual(['␛[38;2;128;128;128m␛[48;2;0;0;0m▀␛[0m'])
  })

  test('fits the narrower side, and keeps the proportions', () => {
    const wide = { width: 320, height: 240, pixels: new Uint8ClampedArray(320 * 240 * 4) }
    const size = (columns: number, rows: number): [number, number] => {
      const lines = renderHalfBlocks(wide, { columns, rows, trueColor: true })
      return [lines[0]?.split('▀').length ?? 0, lines.length]
    }
    expect([size(80, 100), size(200, 30)]).toEqual([
      [81, 30],
      [81, 30],
    ])
  })

  test('takes the nearest of 256 colours where there are no more', () => {
    expect(shown(renderHalfBlocks(picture('r', 'w'), { columns: 1, rows: 1, trueColor: false }))).toEqual([
      '␛[38;5;196m␛[48;5;231m▀␛[0m',
    ])
  })
})
