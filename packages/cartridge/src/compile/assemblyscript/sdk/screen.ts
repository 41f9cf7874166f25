/** `cart/screen`: the picture of an interactive cartridge. */

import { glyphs } from './glyphs.js'

/** In AssemblyScript. */
export const screen = `
/** A colour from 0xRRGGBB, as it is written elsewhere; pictures keep 0xAABBGGRR. */
export function rgb(colour: u32): u32 {
  return 0xff000000 | ((colour & 0xff) << 16) | (colour & 0xff00) | ((colour >> 16) & 0xff)
}

/** A picture of width by height. What is drawn outside is left out. */
export class Screen {
  /** Row by row, 0xAABBGGRR. */
  pixels: StaticArray<u32>
  constructor(public width: i32, public height: i32) {
    this.pixels = new StaticArray<u32>(width * height)
    current = this
  }
  /** Colours one pixel. */
  set(x: i32, y: i32, colour: u32): void {
    if (<u32>x < <u32>this.width && <u32>y < <u32>this.height) unchecked((this.pixels[y * this.width + x] = colour))
  }
  /** Fills the whole picture. */
  clear(colour: u32): void {
    this.fill(0, 0, this.width, this.height, colour)
  }
  /** Fills a rectangle. */
  fill(x: i32, y: i32, width: i32, height: i32, colour: u32): void {
    const left = max(x, 0)
    const right = min(x + width, this.width)
    const top = max(y, 0)
    const bottom = min(y + height, this.height)
    if (left >= right || top >= bottom) return
    const first = changetype<usize>(this.pixels) + ((top * this.width + left) << 2)
    const bytes = (right - left) << 2
    for (let at = 0; at < bytes; at += 4) store<u32>(first + at, colour)
    // The other rows are copies of the first.
    for (let row = 1; row < bottom - top; row++) memory.copy(first + ((row * this.width) << 2), first, bytes)
  }
  /** Draws the border of a rectangle, one pixel wide, inside it. */
  frame(x: i32, y: i32, width: i32, height: i32, colour: u32): void {
    this.fill(x, y, width, 1, colour)
    this.fill(x, y + height - 1, width, 1, colour)
    this.fill(x, y, 1, height, colour)
    this.fill(x + width - 1, y, 1, height, colour)
  }
  /** Fills a circle round a point. */
  disc(x: i32, y: i32, radius: i32, colour: u32): void {
    for (let row = -radius; row <= radius; row++) {
      const half = <i32>Math.sqrt(<f64>(radius * radius + radius - row * row))
      this.fill(x - half, y + row, 2 * half + 1, 1, colour)
    }
  }
  /** Draws a line from one point to another, both included. */
  line(x: i32, y: i32, toX: i32, toY: i32, colour: u32): void {
    const steps = max(abs(toX - x), abs(toY - y))
    for (let step = 0; step <= steps; step++) {
      const part = steps == 0 ? 0.0 : <f64>step / <f64>steps
      this.set(x + <i32>Math.round(part * <f64>(toX - x)), y + <i32>Math.round(part * <f64>(toY - y)), colour)
    }
  }
  /** Writes a line in capitals, figures and marks of ASCII; 5 by 7 dots a letter, each of scale by scale pixels. */
  text(x: i32, y: i32, text: string, colour: u32, scale: i32 = 1): void {
    for (let index = 0; index < text.length; index++) {
      let code = text.charCodeAt(index)
      if (code >= 0x61 && code <= 0x7a) code -= 0x20
      if (code < 0x20 || code > 0x5f) code = 0x3f
      for (let row = 0; row < 7; row++) {
        const dots: i32 = unchecked(glyphs[(code - 0x20) * 7 + row])
        for (let column = 0; column < 5; column++) {
          if ((dots & (16 >> column)) != 0)
            this.fill(x + (index * 6 + column) * scale, y + row * scale, scale, scale, colour)
        }
      }
    }
  }
  /** Writes a line in the middle from left to right. */
  centre(y: i32, text: string, colour: u32, scale: i32 = 1): void {
    this.text((this.width - textWidth(text, scale)) / 2, y, text, colour, scale)
  }
  /** Says something in a box in the middle: a word or two, and smaller what can be done. */
  banner(title: string, hint: string): void {
    const width = max(textWidth(title, 2), textWidth(hint)) + 32
    const x = (this.width - width) / 2
    const y = this.height / 2 - 28
    this.fill(x, y, width, 56, 0xff201812)
    this.frame(x, y, width, 56, 0xffffffff)
    this.centre(y + 13, title, 0xffffffff, 2)
    this.centre(y + 37, hint, 0xffc0c0c0)
  }
}

/** Pixels that a line takes from left to right. */
export function textWidth(text: string, scale: i32 = 1): i32 {
  return text.length == 0 ? 0 : (text.length * 6 - 1) * scale
}

/** The one that is shown: the last one made. */
export let current: Screen = changetype<Screen>(0)

const glyphs: StaticArray<u8> = [${glyphs.join(',')}]
`
