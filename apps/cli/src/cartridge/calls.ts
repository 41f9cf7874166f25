/** Calls of a cartridge, as they are typed and as they are answered. */

import { type CallOrder, type CallUse, type CallView, CartridgeTrap, callOrderSchema, type Kind } from '@salp/cartridge'
import type { CallResult, Framebuffer } from '@salp/cartridge/host'
import type { ThreadHost } from '@salp/cartridge/node'
import type { Clock } from '@salp/core'
import { z } from 'zod'
import { UsageError } from '../cli-errors.js'
import type { Project } from './project.js'

/** What is typed of a call. */
export interface CallWords {
  /** `GET /path?x=1`, or a path alone. */
  readonly request?: string
  readonly header?: readonly string[]
  readonly body?: string
  /** JSON. */
  readonly value?: string
  /** JSON. */
  readonly event?: string
}

/** Reads a call of a kind that answers; without words it is what the kind is tried with. */
export function readOrder(kind: Exclude<Kind, 'interactive'>, words: CallWords): CallOrder {
  const options = { backend: ['request', 'header', 'body'], cognitive: ['value'], frontend: ['event'] } as const
  const own: readonly string[] = options[kind]
  const stray = Object.keys(words).find((word) => !own.includes(word))
  if (stray !== undefined) throw new UsageError(`A ${kind} cartridge takes --${own.join(', --')}, not --${stray}`)
  const order = (): unknown => {
    switch (kind) {
      case 'backend':
        return { request: readRequest(words) }
      case 'cognitive':
        if (words.value === undefined) throw new UsageError('Say what it is given: --value JSON')
        return { value: readJson('value', words.value) }
      case 'frontend':
        return { event: words.event === undefined ? { type: 'mount' } : readJson('event', words.event) }
    }
  }
  const read = callOrderSchema.safeParse(order())
  if (!read.success) throw new UsageError(`Cannot ask that: ${z.prettifyError(read.error).replace(/\s*\n\s*/g, ' ')}`)
  return read.data
}

function readRequest({ request = '/', header = [], body }: CallWords): unknown {
  const [, method, path, query = ''] = /^(?:([A-Za-z]+)\s+)?([^\s?]*)(?:\?(\S*))?$/.exec(request.trim()) ?? []
  if (path?.startsWith('/') !== true)
    throw new UsageError(`Cannot read the request "${request}". Write it as 'GET /path?x=1'`)
  const headers = header.map((text) => {
    const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(text) ?? []
    if (name === undefined || value === undefined)
      throw new UsageError("Cannot send a header without a colon. Write it as 'name: value'")
    return [name, value]
  })
  return {
    method: method?.toUpperCase() ?? (body === undefined ? 'GET' : 'POST'),
    ...{ path, query, headers: Object.fromEntries(headers) },
    ...(body !== undefined && { body }),
  }
}

function readJson(option: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`Cannot read --${option}: it is not JSON. Text needs quotes of its own: '"text"'`)
  }
}

/** Asks a host. A call that was ended is an answer too; `version` is the one that was asked. */
export async function perform(
  { host, clock }: { host: ThreadHost; clock: Pick<Clock, 'monotonic'> },
  { id, version }: { id: string; version: number },
  order: CallOrder,
): Promise<CallView> {
  const began = clock.monotonic()
  try {
    if ('request' in order) {
      const { method = 'GET', path, query = '', headers = {}, body = '' } = order.request
      const request = { method, path, query, headers: Object.entries(headers), body: new TextEncoder().encode(body) }
      const result = await host.call(id, 'request', { request })
      const { status, headers: answered, body: bytes } = result.output
      return { type: 'response', status, headers: answered, body: new TextDecoder().decode(bytes), ...useOf(result) }
    }
    const result = await ('event' in order
      ? host.call(id, 'render', { event: order.event })
      : host.call(id, 'invoke', { value: order.value }))
    return { type: 'value', value: result.output, ...useOf(result) }
  } catch (error) {
    if (!(error instanceof CartridgeTrap)) throw error
    return { type: 'trap', code: error.code, message: error.message, version, durationMs: clock.monotonic() - began }
  }
}

/** What its kind is tried with, asked once more to see what it takes. */
export async function measure(
  deps: { host: ThreadHost; clock: Pick<Clock, 'monotonic'> },
  { id, kind, draft }: Project,
): Promise<CallUse> {
  if (kind === 'interactive') return (await runFrames(deps.host, id, { frames: 1, keys: [] })).view
  const [example] = draft.tests.flatMap((test) => ('input' in test ? [test.input] : []))
  const order = readOrder(kind, kind === 'cognitive' ? { value: JSON.stringify(example) } : {})
  return perform(deps, { id, version: 0 }, order)
}

function useOf({ version, durationMs, fuel, memoryBytes }: CallResult<unknown>): CallUse {
  return { version, durationMs, fuel, memoryBytes }
}

/** What frames of an interactive cartridge came to. */
export interface FramesView {
  readonly version: number
  readonly frames: number
  /** Frames whose picture was said to differ from the one before. */
  readonly changed: number
  /** Whether it wanted to end. */
  readonly ended: boolean
  /** Of all frames and keys. */
  readonly fuel: number
  readonly durationMs: number
  readonly memoryBytes: number
}

/** Time between two frames of a cartridge, in ms. */
const frameMs = 1_000 / 60

/**
 * Runs an interactive cartridge at 60 frames a second of its own time: a frame for each key, which is let go afterwards,
 * then `frames`.
 */
export async function runFrames(
  host: ThreadHost,
  id: string,
  { frames, keys }: { frames: number; keys: readonly number[] },
): Promise<{ view: FramesView; picture: Framebuffer }> {
  let view = { version: 0, frames: 0, changed: 0, ended: false, fuel: 0, durationMs: 0, memoryBytes: 0 }
  let picture: Framebuffer = { width: 0, height: 0, pixels: new Uint8ClampedArray() }
  const add = ({ fuel, durationMs, version, memoryBytes }: CallResult<unknown>): void => {
    view = { ...view, version, memoryBytes, fuel: view.fuel + fuel, durationMs: view.durationMs + durationMs }
  }
  const step = async (): Promise<void> => {
    const result = await host.call(id, 'frame', { tMs: view.frames * frameMs, dtMs: frameMs })
    picture = result.output
    add(result)
    const { changed, ended } = result.output
    view = { ...view, frames: view.frames + 1, changed: view.changed + (changed ? 1 : 0), ended }
  }
  for (const code of keys) {
    add(await host.call(id, 'key', { code, down: true }))
    await step()
    add(await host.call(id, 'key', { code, down: false }))
  }
  for (let frame = 0; frame < frames && !view.ended; frame++) await step()
  return { view, picture }
}
