/** Small things that are done with text everywhere. */

/** Writes bytes in hexadecimal, two lower-case digits each. */
export function toHex(bytes: ArrayBuffer | Uint8Array): string {
  const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)
  return Array.from(view, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Shortens a text to a length in UTF-16 units, of which the last is then an ellipsis; no character is cut in two. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`
}

/** Brings a text to one line: any white space is one space, and none stands at its ends. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
