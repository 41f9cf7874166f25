/** Text as bytes, cut where byte-level tokenizers cut it, and the letters by which their files write bytes. */

/**
 * Words with the space before them, numbers, punctuation, white space.
 *
 * @see The pattern of GPT-2, which `ByteLevel` of Hugging Face tokenizers uses; white space is Unicode's, as it is there.
 */
const pattern =
  /'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu

/** Cuts text into pieces that are tokenized one by one. A lone half of a surrogate pair becomes U+FFFD. */
export function piecesOf(text: string): string[] {
  return text.toWellFormed().match(pattern) ?? []
}

/** A run of bytes that is text, or one that is none. */
export type Run = { readonly text: string } | { readonly bytes: Uint8Array }

/** Cuts bytes into runs of valid UTF-8 and runs of others. */
export function runsOf(bytes: Uint8Array): Run[] {
  const runs: Run[] = []
  let start = 0
  let at = 0
  const flush = (end: number, next: number): void => {
    if (end > start)
      runs.push({ text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(start, end)) })
    start = next
  }
  while (at < bytes.length) {
    const length = characterLength(bytes, at)
    if (length > 0) {
      at += length
      continue
    }
    flush(at, at)
    while (at < bytes.length && characterLength(bytes, at) === 0) at++
    runs.push({ bytes: bytes.subarray(start, at) })
    start = at
  }
  flush(at, at)
  return runs
}

/** Bytes of the character at a place, 0 if there is none. @see The Unicode Standard, table 3-7. */
function characterLength(bytes: Uint8Array, at: number): number {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes.subarray(at, at + 4)
  const follows = (byte: number): boolean => byte >= 0x80 && byte <= 0xbf
  if (first < 0x80) return 1
  if (first >= 0xc2 && first <= 0xdf) return follows(second) ? 2 : 0
  if (first >= 0xe0 && first <= 0xef) {
    const fits = second >= (first === 0xe0 ? 0xa0 : 0x80) && second <= (first === 0xed ? 0x9f : 0xbf)
    return fits && follows(third) ? 3 : 0
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const fits = second >= (first === 0xf0 ? 0x90 : 0x80) && second <= (first === 0xf4 ? 0x8f : 0xbf)
    return fits && follows(third) && follows(fourth) ? 4 : 0
  }
  return 0
}

/** The letter that stands for each byte in a vocabulary: itself if it can be seen, else one from U+0100 on. */
export const lettersOfBytes: readonly string[] = (() => {
  const seen = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(seen(byte) ? byte : next++))
})()
