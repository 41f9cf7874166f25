/** Answers as bytes, so that they can be kept and given again. */

import { z } from 'zod'
import { readBytes } from '../wire/body.js'

/** An answer that was read whole. */
export interface Reply {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Uint8Array
}

const headSchema = z.object({ status: z.number().int(), headers: z.array(z.tuple([z.string(), z.string()])) })

/** Reads an answer whole. @returns `undefined` if its body is longer than that; it is read no further then. */
export async function readReply(response: Response, maxBytes: number): Promise<Reply | undefined> {
  const declared = Number(response.headers.get('content-length') ?? 0)
  if (declared > maxBytes) {
    await response.body?.cancel()
    return undefined
  }
  const body = await readBytes(response.body, maxBytes)
  return body && { status: response.status, headers: [...response.headers], body }
}

/** Makes an answer of a reply. */
export function toResponse({ status, headers, body }: Reply): Response {
  const empty = body.byteLength === 0
  return new Response(empty ? null : body.slice(), { status, headers: headers.map(([name, value]) => [name, value]) })
}

/** Writes a reply as bytes: the length of its head in four bytes, the head as JSON, the body. */
export function encodeReply({ status, headers, body }: Reply): Uint8Array {
  const head = new TextEncoder().encode(JSON.stringify({ status, headers }))
  const bytes = new Uint8Array(4 + head.length + body.length)
  new DataView(bytes.buffer).setUint32(0, head.length)
  bytes.set(head, 4)
  bytes.set(body, 4 + head.length)
  return bytes
}

/** Reads what {@link encodeReply} wrote. */
export function decodeReply(bytes: Uint8Array): Reply {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  const head = headSchema.parse(JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))))
  return { ...head, body: bytes.subarray(4 + length) }
}
