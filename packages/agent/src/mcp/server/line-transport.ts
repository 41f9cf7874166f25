/** A transport of the Model Context Protocol over lines, as its stdio transport has them. */

import { deserializeMessage, type JSONRPCMessage, serializeMessage, type Transport } from '@modelcontextprotocol/server'
import type { LineStream } from '../../http/line-routes.js'

/** Creates the transport. It closes when the lines end. */
export function lineTransport({ down, up }: LineStream): Transport {
  const writer = down.getWriter()
  const reader = up.getReader()
  const encoder = new TextEncoder()
  const transport: Transport = {
    async start() {
      void read()
    },
    send: (message) => writer.write(encoder.encode(serializeMessage(message))),
    async close() {
      await reader.cancel().catch(() => undefined)
    },
  }
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder()
    let rest = ''
    try {
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        const lines = (rest + decoder.decode(piece.value, { stream: true })).split('\n')
        rest = lines.pop() ?? ''
        if (rest.length > maxLineLength)
          throw new RangeError(`Cannot read a line of more than ${maxLineLength} characters`)
        for (const line of lines) take(line)
      }
    } catch (error) {
      transport.onerror?.(error instanceof Error ? error : new Error(String(error)))
    }
    transport.onclose?.()
  }
  const take = (line: string): void => {
    if (line.trim() === '') return
    let message: JSONRPCMessage
    try {
      message = deserializeMessage(line)
    } catch (error) {
      transport.onerror?.(error instanceof Error ? error : new Error(String(error)))
      return
    }
    transport.onmessage?.(message)
  }
  return transport
}

/** Characters of one message. */
const maxLineLength = 33_554_432
