/** Keys and pointers of a page in the words of binary interface 1.0. */

/** The parts of a key press that matter here. */
export type KeyStroke = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey'>

const named: Readonly<Record<string, number>> = {
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
  Enter: 13,
  Escape: 27,
  ' ': 32,
}

/**
 * Code of a key: arrows 37 to 40, Enter 13, Escape 27, Space 32, digits 48 to 57, letters 65 to 90.
 *
 * What is printed on the key counts; where that is no such letter or digit, as on a Greek keyboard, its place does.
 *
 * @returns `undefined` for any other key, and for one that is pressed with Ctrl, Alt or the command key.
 */
export function keyCodeOf({ key, code, ctrlKey, metaKey, altKey }: KeyStroke): number | undefined {
  if (ctrlKey || metaKey || altKey) return undefined
  const known = named[key]
  if (known !== undefined) return known
  const character = /^[0-9A-Za-z]$/.test(key) ? key : /^(?:Key|Digit|Numpad)([0-9A-Z])$/.exec(code)?.[1]
  return character?.toUpperCase().charCodeAt(0)
}

/** Where a picture stands on the page, in CSS pixels. */
export type Place = Pick<DOMRect, 'left' | 'top' | 'width' | 'height'>

/**
 * The pixel of a picture at a point of the page. The picture stands in the middle of its place, as large as it fits.
 *
 * @param size - Of the picture, in its own pixels.
 * @returns Whole numbers inside the picture; a point beside it gives the nearest pixel.
 */
export function pixelAt(
  { clientX, clientY }: { readonly clientX: number; readonly clientY: number },
  { left, top, width, height }: Place,
  size: { readonly width: number; readonly height: number },
): { readonly x: number; readonly y: number } {
  // CSS pixels for one of the picture.
  const scale = Math.max(Math.min(width / size.width, height / size.height), Number.MIN_VALUE)
  const along = (point: number, middle: number, pixels: number): number =>
    Math.max(0, Math.min(pixels - 1, Math.floor((point - middle) / scale + pixels / 2)))
  return {
    x: along(clientX, left + width / 2, size.width),
    y: along(clientY, top + height / 2, size.height),
  }
}
