/** Pictures in a terminal: each character shows two pixels, the upper one by its colour, the lower one by what is behind it. */

import type { Framebuffer } from '@salp/cartridge/host'

/** Where a picture is shown. */
export interface Canvas {
  readonly columns: number
  /** Rows of characters. */
  readonly rows: number
  /** Whether every colour is known there, or only the 256 that most terminals have. */
  readonly trueColor: boolean
}

/** Renders a picture as large as fits, in its own proportions: a line of the terminal each. */
export function renderHalfBlocks(picture: Framebuffer, { columns, rows, trueColor }: Canvas): string[] {
  const scale = Math.min(columns / picture.width, (rows * 2) / picture.height)
  const width = Math.max(1, Math.floor(picture.width * scale))
  const height = Math.max(2, 2 * Math.floor((picture.height * scale) / 2))
  const pixels = resize(picture, width, height)
  const paint = trueColor ? trueColorOf : nearestOf
  const lines: string[] = []
  for (let y = 0; y < height; y += 2) {
    let line = ''
    let [upper, lower] = [-1, -1]
    for (let x = 0; x < width; x++) {
      const [above = 0, below = 0] = [pixels[y * width + x], pixels[(y + 1) * width + x]]
      if (above !== upper) line += `\u001b[38;${paint(above)}m`
      if (below !== lower) line += `\u001b[48;${paint(below)}m`
      line += '▀'
      ;[upper, lower] = [above, below]
    }
    lines.push(`${line}\u001b[0m`)
  }
  return lines
}

/** Each pixel as the mean of those it stands for, over black; 0xRRGGBB. */
function resize({ width, height, pixels }: Framebuffer, columns: number, rows: number): Uint32Array {
  const resized = new Uint32Array(columns * rows)
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = span(row, rows, height)
    for (let column = 0; column < columns; column++) {
      const [left, right] = span(column, columns, width)
      let [red, green, blue] = [0, 0, 0]
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const at = (y * width + x) * 4
          const alpha = (pixels[at + 3] ?? 0) / 255
          red += (pixels[at] ?? 0) * alpha
          green += (pixels[at + 1] ?? 0) * alpha
          blue += (pixels[at + 2] ?? 0) * alpha
        }
      }
      const count = (bottom - top) * (right - left)
      const mean = (sum: number): number => Math.round(sum / count)
      resized[row * columns + column] = (mean(red) << 16) | (mean(green) << 8) | mean(blue)
    }
  }
  return resized
}

/** Which of `from` pixels the one at `index` of `to` stands for: at least one. */
function span(index: number, to: number, from: number): [start: number, end: number] {
  const start = Math.floor((index * from) / to)
  return [start, Math.max(start + 1, Math.floor(((index + 1) * from) / to))]
}

function trueColorOf(color: number): string {
  return `2;${color >> 16};${(color >> 8) & 0xff};${color & 0xff}`
}

/** The nearest colour of the cube of 6 × 6 × 6 among the 256. */
function nearestOf(color: number): string {
  const step = (channel: number): number => Math.round((channel / 255) * 5)
  return `5;${16 + 36 * step(color >> 16) + 6 * step((color >> 8) & 0xff) + step(color & 0xff)}`
}
