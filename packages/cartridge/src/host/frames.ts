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

/** Writes a request: `str method, str path, str query, u32 n, n × (str, str), str body`; a `str` is its length and bytes. */
export function encodeRequest({ method, path, query, headers, body }: CartridgeRequest): Uint8Array<ArrayBuffer> {
  const texts = [method, path, query, ...headers.flat()].map((text) => encoder.encode(text))
  const size = texts.reduce((sum, { length }) => sum + 4 + length, 4 + 4 + body.length)
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  let at = 0
  const number = (value: number): void => {
    view.setUint32(at, value, true)
    at += 4
  }
  const string = (content: Uint8Array): void => {
    number(content.length)
    bytes.set(content, at)
    at += content.length
  }
  for (const [index, text] of texts.entries()) {
    if (index === 3) number(headers.length)
    string(text)
  }
  if (headers.length === 0) number(0)
  string(body)
  return bytes
}

/**
 * Reads a response: `u32 status, u32 n, n × (str name, str value), str body`. Headers that are the host's are left out.
 *
 * @throws {@link CartridgeTrap} (`cartridge/response`) if it has another form.
 */
export function decodeResponse(bytes: Uint8Array<ArrayBuffer>): CartridgeResponse {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  const fail = (why: string): never => {
    throw new CartridgeTrap('response', `its response ${why}`)
  }
  const number = (): number => {
    if (at + 4 > bytes.length) fail('ends in the middle')
    at += 4
    return view.getUint32(at - 4, true)
  }
  const string = (): Uint8Array<ArrayBuffer> => {
    const length = number()
    if (length > bytes.length - at) fail('ends in the middle')
    at += length
    return bytes.subarray(at - length, at)
  }
  const text = (): string => {
    try {
      return decoder.decode(string())
    } catch (error) {
      if (error instanceof CartridgeTrap) throw error
      return fail('has a header that is not UTF-8')
    }
  }
  const status = number()
  if (status < 200 || status > 599) fail(`has the status ${status}`)
  const count = number()
  if (count > maxHeaders) fail(`has ${count} headers, at most ${maxHeaders} are accepted`)
  const headers: [string, string][] = []
  for (let index = 0; index < count; index++) {
    const name = text()
    const value = text()
    if (!/^[A-Za-z0-9-]{1,64}$/.test(name)) fail(`has a header with the name ${JSON.stringify(name.slice(0, 64))}`)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a value may not hold
    if (/[\u0000-\u001f\u007f-\u009f]/.test(value)) fail(`has control characters in the header "${name}"`)
    if (!dropped.has(name.toLowerCase())) headers.push([name, value])
  }
  const body = string()
  if (at !== bytes.length) fail('goes on after its end')
  return { status, headers, body }
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
