/** Files as text: which encoding they have, and what they are when they are none. */

import { isBinary } from '../../tools/bounded-text.js'

/** Encodings that are told apart. `latin1` stands for any single-byte one and gives back the same bytes. */
export type Encoding = 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'utf-16be' | 'latin1'

/** Text with the encoding it came in. */
export interface DecodedText {
  readonly text: string
  readonly encoding: Encoding
}

/** Decodes bytes; absent if they are no text. */
export function decodeText(bytes: Uint8Array): DecodedText | undefined {
  const [first, second, third] = bytes
  if (first === 0xff && second === 0xfe)
    return { text: new TextDecoder('utf-16le').decode(bytes), encoding: 'utf-16le' }
  if (first === 0xfe && second === 0xff)
    return { text: new TextDecoder('utf-16be').decode(bytes), encoding: 'utf-16be' }
  if (isBinary(bytes)) return undefined
  const encoding = first === 0xef && second === 0xbb && third === 0xbf ? 'utf-8-bom' : 'utf-8'
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding }
  } catch {
    // Not UTF-8, yet free of control characters: an old single-byte encoding.
    return { text: Buffer.from(bytes).toString('latin1'), encoding: 'latin1' }
  }
}

/** Encodes text as it came; absent if the encoding has no place for it. */
export function encodeText({ text, encoding }: DecodedText): Uint8Array | undefined {
  switch (encoding) {
    case 'utf-8':
      return Buffer.from(text, 'utf8')
    case 'utf-8-bom':
      return Buffer.from(`\ufeff${text}`, 'utf8')
    case 'utf-16le':
      return Buffer.from(`\ufeff${text}`, 'utf16le')
    case 'utf-16be':
      return Buffer.from(`\ufeff${text}`, 'utf16le').swap16()
    case 'latin1':
      return /^[\0-\xff]*$/.test(text) ? Buffer.from(text, 'latin1') : undefined
  }
}

const signatures: readonly (readonly [start: string, name: string])[] = [
  ['89504e470d0a1a0a', 'PNG image'],
  ['ffd8ff', 'JPEG image'],
  ['474946383', 'GIF image'],
  ['52494646', 'RIFF media'],
  ['25504446', 'PDF document'],
  ['504b0304', 'ZIP archive, or a document made of one'],
  ['1f8b', 'gzip archive'],
  ['377abcaf271c', '7-Zip archive'],
  ['7f454c46', 'ELF program'],
  ['cffaedfe', 'Mach-O program'],
  ['4d5a', 'Windows program'],
  ['0061736d', 'WebAssembly module'],
  ['53514c69746520666f726d6174', 'SQLite database'],
]

/** Describes bytes that are no text, in a few words. */
export function describeBinary(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('hex')
  return signatures.find(([signature]) => start.startsWith(signature))?.[1] ?? 'binary file'
}
