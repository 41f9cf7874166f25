/** Holds a cartridge to its tests, whichever host runs it. */

import { CartridgeTrap } from '../errors.js'
import { type CartridgeCalls, canonical } from '../host/host.js'
import type { UiTree } from '../host/tree.js'
import type { CartridgeTest, TestView } from '../protocol.js'
import type { Kind } from '../rewrite/abi.js'

/** Calls the cartridge that is tested. */
export type CallUnderTest = <Name extends keyof CartridgeCalls>(
  name: Name,
  input: CartridgeCalls[Name]['input'],
) => Promise<CartridgeCalls[Name]['output']>

const frameMs = 16
const maxShown = 200
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * Runs tests one after the other on one cartridge, so that a test sees what those before it left. Run them where it has
 * keys and values of its own: what they write is kept there.
 *
 * A backend's answer is right with the status, the body and the part of it that the test names. A cognitive function's is
 * right if it is the same JSON, in any order of names. A frontend is mounted anew by each test, and its last tree is right
 * if the text of it, or one of its attributes, contains what the test names. Of an interactive cartridge a picture is taken,
 * then each key is held down for a frame, then the rest of the frames pass; it changes if any picture differs from the first.
 *
 * @param kind - Of the cartridge; a test for another kind fails.
 * @returns What each came to, in their order. A trap is a failed test, and the next one goes on.
 * @throws What `call` throws beside {@link CartridgeTrap}.
 */
export async function runTests(
  call: CallUnderTest,
  kind: Kind,
  tests: readonly CartridgeTest[],
): Promise<readonly TestView[]> {
  const views: TestView[] = []
  const time = { ms: 0 }
  for (const test of tests) {
    const detail = await failureOf(call, kind, test, time).catch((error: unknown) => {
      if (error instanceof CartridgeTrap) return error.message
      throw error
    })
    views.push(detail === undefined ? { name: test.name, passed: true } : { name: test.name, passed: false, detail })
  }
  return views
}

type Of<Key extends string> = Extract<CartridgeTest, { [name in Key]: unknown }>

/** What was there instead of what a test names, or `undefined` if that was there. */
async function failureOf(
  call: CallUnderTest,
  kind: Kind,
  test: CartridgeTest,
  time: { ms: number },
): Promise<string | undefined> {
  if (kind === 'backend' && 'request' in test) return requestFailure(call, test)
  if (kind === 'cognitive' && 'output' in test) return invokeFailure(call, test)
  if (kind === 'frontend' && 'events' in test) return renderFailure(call, test)
  if (kind === 'interactive' && 'frames' in test) return frameFailure(call, test, time)
  return `it is no test for a cartridge that is ${kind}`
}

async function requestFailure(call: CallUnderTest, test: Of<'request'>): Promise<string | undefined> {
  const { headers, body: sent, ...rest } = test.request
  const request = { ...rest, headers: Object.entries(headers), body: encoder.encode(sent) }
  const { status, body: bytes } = await call('request', { request })
  const body = decoder.decode(bytes)
  if (test.status === undefined ? status >= 400 : status !== test.status)
    return `status ${status} with ${shown(body)}, where ${test.status ?? 'one below 400'} is right`
  if (test.body !== undefined && body !== test.body) return `${shown(body)}, where ${shown(test.body)} is right`
  if (test.contains !== undefined && !body.includes(test.contains))
    return `${shown(body)}, which does not contain ${shown(test.contains)}`
  return undefined
}

async function invokeFailure(call: CallUnderTest, { input, output }: Of<'output'>): Promise<string | undefined> {
  const [is, wanted] = [canonical(await call('invoke', { value: input })), canonical(output)]
  return is === wanted ? undefined : `${clipped(is)}, where ${clipped(wanted)} is right`
}

async function renderFailure(call: CallUnderTest, { events, contains }: Of<'events'>): Promise<string | undefined> {
  let tree = await call('render', { event: { type: 'mount' } })
  for (const event of events) tree = await call('render', { event })
  const text = textOf(tree)
  if ([text, ...attributesOf(tree)].some((part) => part.includes(contains))) return undefined
  return `${shown(text)}, which does not contain ${shown(contains)}`
}

async function frameFailure(
  call: CallUnderTest,
  { keys, frames, changes }: Of<'frames'>,
  time: { ms: number },
): Promise<string | undefined> {
  const draw = async (): Promise<Uint8ClampedArray> => {
    time.ms += frameMs
    const { pixels } = await call('frame', { tMs: time.ms, dtMs: frameMs })
    return pixels
  }
  const first = await draw()
  let changed = false
  const watch = async (): Promise<void> => {
    const pixels = await draw()
    changed ||= pixels.length !== first.length || pixels.some((value, index) => value !== first[index])
  }
  for (const code of keys) {
    await call('key', { code, down: true })
    await watch()
    await call('key', { code, down: false })
  }
  for (let frame = 0; frame < frames; frame++) await watch()
  if (changed === changes) return undefined
  return changed ? 'the picture changes, where it should not' : 'the picture stays the same'
}

/** All that can be read of a tree, in its order. */
function textOf(tree: UiTree): string {
  return typeof tree === 'string' ? tree : (tree.c ?? []).map(textOf).join('')
}

function attributesOf(tree: UiTree): string[] {
  if (typeof tree === 'string') return []
  return [...Object.values(tree.a ?? {}), ...(tree.c ?? []).flatMap(attributesOf)]
}

function shown(text: string): string {
  return clipped(JSON.stringify(text))
}

function clipped(text: string): string {
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text
}
