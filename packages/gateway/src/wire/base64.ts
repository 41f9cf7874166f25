/** JSON in a header: base64 of UTF-8, standard alphabet. */

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** Most characters of a header that is read, 8 KiB: beyond it lies no payment, and Node itself stops at 16. */
const maxHeaderLength = 8_192

/** Writes a value as header text. */
export function encodeHeader(value: unknown): string {
  return base64(JSON.stringify(value))
}

/** Writes text as base64 of UTF-8. */
export function base64(text: string): string {
  let binary = ''
  for (const byte of encoder.encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/**
 * Reads header text.
 *
 * @returns `undefined` for anything but base64 with at most two `=` of padding of JSON in UTF-8, and for text longer
 * than {@link maxHeaderLength}.
 */
export function decodeHeader(text: string): unknown {
  if (text.length > maxHeaderLength || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined
  try {
    const binary = atob(text)
    const bytes = new Uint8Array(binary.length)
    for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at)
    return JSON.parse(decoder.decode(bytes)) as unknown
  } catch {
    return undefined
  }
}
