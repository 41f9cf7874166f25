/** Requests and responses as bytes, in the form that binary interface 1.0 gives them. */

import { CartridgeTrap } from '../errors.js'

/** An HTTP request to a backend cartridge. */
export interface CartridgeRequest {
  readonly method: string
  /** Raw, as received, without what follows the `?`. */
  readonly path: string
  /** Raw, without the `?`. */
  readonly query: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
}

/** A backend cartridge's answer. */
export interface CartridgeResponse {
  /** Range [200, 599]. */
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array<ArrayBuffer>
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const maxHeaders = 100

/** Headers that are the host's to set, or would reach beyond the answer. */
const dropped = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'date',
  'host',
  'set-cookie',
  'strict-transport-security',
  'access-control-allow-origin',
])

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a value may not hold
const controls = /[\u0000-\u001f\u007f-\u009f]/

function isHeaderName(name: string): boolean {
  return /^[A-Za-z0-9-]{1,64}$/.test(name)
}

/** Writes a request: `str method, str path, str query, u32 n, n × (str, str), str body`; a `str` is its length and bytes. */
export function encodeRequest({ method, path, query, headers, body }: CartridgeRequest): Uint8Array<ArrayBuffer> {
  return encodeFrame([method, path, query, headers.length, ...headers.flat(), body])
}

/** Writes a response: `u32 status, u32 n, n × (str name, str value), str body`. */
export function encodeResponse({ status, headers, body }: CartridgeResponse): Uint8Array<ArrayBuffer> {
  return encodeFrame([status, headers.length, ...headers.flat(), body])
}

/** Reads what {@link encodeRequest} writes. @returns `undefined` if it has another form. */
export function decodeRequest(bytes: Uint8Array<ArrayBuffer>): CartridgeRequest | undefined {
  try {
    const reader = new FrameReader(bytes, 'its request')
    const [method, path, query] = [reader.text(), reader.text(), reader.text()]
    const headers = reader.headers()
    const body = reader.string()
    reader.end()
    return { method, path, query, headers, body }
  } catch (error) {
    if (error instanceof CartridgeTrap) return undefined
    throw error
  }
}

/**
 * Reads a response: `u32 status, u32 n, n × (str name, str value), str body`. Headers that are the host's are left out.
 *
 * @throws {@link CartridgeTrap} (`cartridge/response`) if it has another form.
 */
export function decodeResponse(bytes: Uint8Array<ArrayBuffer>): CartridgeResponse {
  const reader = new FrameReader(bytes, 'its response')
  const status = reader.number()
  if (status < 200 || status > 599) reader.fail(`has the status ${status}`)
  const headers: [string, string][] = []
  for (const [name, value] of reader.headers(maxHeaders)) {
    if (!isHeaderName(name)) reader.fail(`has a header with the name ${JSON.stringify(name.slice(0, 64))}`)
    if (controls.test(value)) reader.fail(`has control characters in the header "${name}"`)
    if (!dropped.has(name.toLowerCase())) headers.push([name, value])
  }
  const body = reader.string()
  reader.end()
  return { status, headers, body }
}

/** Headers of somebody else's message that a cartridge may see: those that are the host's, and what is no header, are left out. */
export function plainHeaders(
  headers: readonly (readonly [name: string, value: string])[],
): (readonly [name: string, value: string])[] {
  return headers
    .filter(([name, value]) => isHeaderName(name) && !controls.test(value) && !dropped.has(name.toLowerCase()))
    .slice(0, maxHeaders)
}

/** Whether bytes are a response frame. */
export function isResponse(bytes: Uint8Array<ArrayBuffer>): boolean {
  try {
    decodeResponse(bytes)
    return true
  } catch (error) {
    if (error instanceof CartridgeTrap) return false
    throw error
  }
}

/** Numbers as `u32`, texts and bytes behind their length. */
function encodeFrame(parts: readonly (number | string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  // A unit of UTF-16 is at most three bytes.
  let most = 0
  for (const part of parts)
    most += 4 + (typeof part === 'number' ? 0 : part.length * (typeof part === 'string' ? 3 : 1))
  const bytes = new Uint8Array(most)
  let at = 0
  for (const part of parts) {
    let length = 0
    if (typeof part === 'string') length = writeText(bytes, at + 4, part)
    else if (typeof part === 'object') {
      bytes.set(part, at + 4)
      length = part.length
    }
    writeNumber(bytes, at, typeof part === 'number' ? part : length)
    at += 4 + length
  }
  return bytes.subarray(0, at)
}

function writeNumber(bytes: Uint8Array, at: number, value: number): void {
  for (let byte = 0; byte < 4; byte++) bytes[at + byte] = value >>> (8 * byte)
}

/** @returns How many bytes it takes. */
function writeText(bytes: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    // Nearly all of a request is ASCII, for which a loop is faster than an encoder.
    if (unit > 0x7f) return encoder.encodeInto(text, bytes.subarray(at)).written
    bytes[at + index] = unit
  }
  return text.length
}

class FrameReader {
  readonly #bytes: Uint8Array<ArrayBuffer>
  readonly #what: string
  #at = 0

  constructor(bytes: Uint8Array<ArrayBuffer>, what: string) {
    this.#bytes = bytes
    this.#what = what
  }

  fail(why: string): never {
    throw new CartridgeTrap('response', `${this.#what} ${why}`)
  }

  number(): number {
    if (this.#at + 4 > this.#bytes.length) this.fail('ends in the middle')
    let value = 0
    for (let byte = 0; byte < 4; byte++) value |= (this.#bytes[this.#at++] ?? 0) << (8 * byte)
    return value >>> 0
  }

  string(): Uint8Array<ArrayBuffer> {
    const length = this.number()
    if (length > this.#bytes.length - this.#at) this.fail('ends in the middle')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  text(): string {
    const bytes = this.string()
    try {
      return decoder.decode(bytes)
    } catch {
      return this.fail('has a header that is not UTF-8')
    }
  }

  headers(most = Number.POSITIVE_INFINITY): [name: string, value: string][] {
    const count = this.number()
    if (count > most) this.fail(`has ${count} headers, at most ${most} are accepted`)
    const headers: [string, string][] = []
    while (headers.length < count) headers.push([this.text(), this.text()])
    return headers
  }

  end(): void {
    if (this.#at !== this.#bytes.length) this.fail('goes on after its end')
  }
}
