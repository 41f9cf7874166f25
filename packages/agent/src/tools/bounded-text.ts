/** Keeps the start and the end of output that may never stop. */

/** Collects bytes within a bound. */
export interface BoundedText {
  add(chunk: Uint8Array): void
  /** What was kept as text, with a line that says how much is missing. */
  read(): { text: string; truncated: boolean; totalBytes: number }
}

/** Creates a collector that keeps the first quarter and the last three quarters of `maxBytes`. Characters stay whole. */
export function createBoundedText({ maxBytes }: { maxBytes: number }): BoundedText {
  const headLimit = Math.floor(maxBytes / 4)
  const tailLimit = maxBytes - headLimit
  let head = new Uint8Array(0)
  let tail = new Uint8Array(0)
  let totalBytes = 0
  return {
    add(chunk) {
      totalBytes += chunk.length
      const room = headLimit - head.length
      if (room > 0) head = join(head, chunk.subarray(0, room))
      const rest = chunk.subarray(Math.max(0, room))
      if (rest.length === 0) return
      tail = join(tail, rest.subarray(Math.max(0, rest.length - 2 * tailLimit)))
      if (tail.length > 2 * tailLimit) tail = tail.slice(tail.length - tailLimit)
    },
    read() {
      const kept = tail.subarray(Math.max(0, tail.length - tailLimit))
      const missing = totalBytes - head.length - kept.length
      if (missing <= 0) return { text: decode(join(head, kept), totalBytes), truncated: false, totalBytes }
      const [start, end] = [wholeEnd(head), wholeStart(kept)]
      if (isBinary(head)) return { text: describe(totalBytes), truncated: true, totalBytes }
      return { text: `${decode(start)}\n[… ${missing} bytes left out …]\n${decode(end)}`, truncated: true, totalBytes }
    },
  }
}

/** Tells whether bytes are no text: a NUL, or many control characters, near the start. */
export function isBinary(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 8_192)
  let odd = 0
  for (const byte of start) {
    if (byte === 0) return true
    if (byte < 7 || (byte > 13 && byte < 27) || (byte > 27 && byte < 32)) odd++
  }
  return odd * 20 > start.length
}

function describe(sizeBytes: number): string {
  return `[binary output, ${sizeBytes} bytes]`
}

function decode(bytes: Uint8Array, totalBytes = bytes.length): string {
  return isBinary(bytes) ? describe(totalBytes) : new TextDecoder().decode(bytes)
}

/** Without the bytes of a character that is cut off at the end. */
function wholeEnd(bytes: Uint8Array): Uint8Array {
  let lead = bytes.length - 1
  while (lead >= 0 && lead > bytes.length - 4 && ((bytes[lead] ?? 0) & 0xc0) === 0x80) lead--
  const first = bytes[lead] ?? 0
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1
  return lead + length > bytes.length ? bytes.subarray(0, lead) : bytes
}

/** Without the bytes of a character that began before. */
function wholeStart(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++
  return bytes.subarray(start)
}

function join(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(left.length + right.length)
  whole.set(left)
  whole.set(right, left.length)
  return whole
}
