/** Calls in the words of tools: JSON in, JSON out. */

import type { z } from 'zod'
import type { CallResult, CartridgeCalls } from '../host/host.js'
import type { CallUse, CallView, callOrderSchema } from '../protocol.js'
import type { Kind } from '../rewrite/abi.js'
import { WorkshopError } from './workshop-error.js'

/** Calls a cartridge. */
export type CallCartridge = <Name extends keyof CartridgeCalls>(
  name: Name,
  input: CartridgeCalls[Name]['input'],
) => Promise<CallResult<CartridgeCalls[Name]['output']>>

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const takes: Readonly<Record<Kind, string>> = {
  backend: 'a request',
  cognitive: 'a value',
  frontend: 'an event',
  interactive: 'keys, where it is shown',
}

/**
 * Makes the call that an order means for its kind.
 *
 * @throws {@link WorkshopError} (`cartridge/input`) if it does not fit the kind; what `call` throws passes through.
 */
export async function performOrder(
  kind: Kind,
  order: z.output<typeof callOrderSchema>,
  call: CallCartridge,
): Promise<CallView> {
  if ('request' in order && kind === 'backend') {
    const { headers, body: sent, ...rest } = order.request
    const request = { ...rest, headers: Object.entries(headers), body: encoder.encode(sent) }
    const result = await call('request', { request })
    const { status, headers: answered, body } = result.output
    return { type: 'response', status, headers: answered, body: decoder.decode(body), ...useOf(result) }
  }
  if ('value' in order && kind === 'cognitive') {
    const result = await call('invoke', { value: order.value })
    return { type: 'value', value: result.output, ...useOf(result) }
  }
  if ('event' in order && kind === 'frontend') {
    const result = await call('render', { event: order.event })
    return { type: 'value', value: result.output, ...useOf(result) }
  }
  throw new WorkshopError('input', `It is ${kind}: it takes ${takes[kind]}`)
}

function useOf({ version, durationMs, fuel, memoryBytes }: CallResult<unknown>): CallUse {
  return { version, durationMs, fuel, memoryBytes }
}
