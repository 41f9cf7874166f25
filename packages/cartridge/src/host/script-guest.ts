/** A guest that is a script: an instance of the engine, with the author's function in it. */

import { CartridgeRejected, CartridgeTrap } from '../errors.js'
import { kvErrors } from '../kv/transaction.js'
import type { Limits } from '../limits.js'
import type { Capability, Kind } from '../rewrite/abi.js'
import type { ScriptEngine } from '../script/engine.js'
import { type EngineState, ScriptMachine } from '../script/machine.js'
import { type CartridgeRequest, decodeRequest, decodeResponse, encodeRequest, encodeResponse } from './frames.js'
import type { CallChain, EntryUsage, ExchangeName, Framebuffer, Guest, GuestWorld } from './guest.js'
import { Meter } from './meter.js'
import { callErrors, Services } from './services.js'

/** A script that may run. */
export interface LoadedScript {
  readonly id: string
  readonly engine: ScriptEngine
  readonly source: string
  /** The function that its kind exports. */
  readonly wanted: ExchangeName
  readonly capabilities: readonly Capability[]
  readonly limits: Limits
  readonly world: GuestWorld
  /** The engine after the source was evaluated, once that was done: what comes later goes on from there. */
  evaluated?: EngineState | undefined
}

/** The function that each kind of script exports. */
export const scriptFunctions: Readonly<Record<Exclude<Kind, 'interactive'>, ExchangeName>> = {
  backend: 'handle',
  cognitive: 'invoke',
  frontend: 'render',
}

const encoder = new TextEncoder()
const lenient = new TextDecoder('utf-8', { ignoreBOM: true })
const pageBytes = 65_536

/** An instance of a script. */
export class ScriptGuest implements Guest {
  readonly #script: LoadedScript
  readonly #machine: ScriptMachine
  readonly #meter: Meter
  readonly #services: Services

  /** @throws {@link CartridgeRejected} (`cartridge/limit`) if its memory is too small for the engine. */
  constructor(script: LoadedScript) {
    const { id, engine, limits, world } = script
    if (memoryLeft(script) <= 0) {
      const pages = engine.started.size / pageBytes
      throw new CartridgeRejected(
        'limit',
        `a script needs more than ${pages} pages of memory, it may have ${limits.memoryPages}`,
      )
    }
    this.#script = script
    this.#machine = ScriptMachine.restore(engine.module, script.evaluated ?? engine.started, (name, first, second) =>
      this.#answer(name, first, second),
    )
    this.#meter = new Meter({ id, limits, exports: this.#machine.exports })
    this.#services = new Services({ id, world, limits, meter: this.#meter })
  }

  get trap(): CartridgeTrap | undefined {
    return this.#meter.trap
  }

  get memoryBytes(): number {
    return this.#machine.memory.buffer.byteLength
  }

  get fuelLeft(): number {
    return this.#meter.fuelLeft
  }

  /** Evaluates the source, the first time. */
  start(chain: CallChain): EntryUsage {
    const script = this.#script
    if (script.evaluated !== undefined) return { fuel: 0, hostCalls: 0, droppedLogLines: 0 }
    const { usage } = this.#meter.enter(chain, script.limits.initFuel, () => {
      this.#machine.limitMemory(memoryLeft(script))
      resultOf(this.#machine.load(script.source, script.wanted))
      script.evaluated = this.#machine.save()
    })
    return usage
  }

  exchange(
    name: ExchangeName,
    input: Uint8Array<ArrayBuffer>,
    chain: CallChain,
    fuel: number = this.#script.limits.fuel,
  ): { readonly output: Uint8Array<ArrayBuffer>; readonly usage: EntryUsage } {
    const { limits } = this.#script
    if (input.length > limits.inputBytes)
      throw new RangeError(`Cannot hand over ${input.length} bytes: at most ${limits.inputBytes} are accepted`)
    const { value, usage } = this.#meter.enter(chain, Math.min(fuel, limits.fuel), () => {
      if (name !== 'handle') return this.#run(input)
      const request = decodeRequest(input)
      // Another cartridge made it, and made it badly.
      if (request === undefined) return encodeResponse({ status: 400, headers: [], body: new Uint8Array() })
      return responseFrame(lenient.decode(this.#run(encoder.encode(requestText(request)))))
    })
    return { output: value, usage }
  }

  frame(): { flags: number; picture: Framebuffer; usage: EntryUsage } {
    throw new CartridgeTrap('abi', 'a script draws no pictures')
  }

  input(): EntryUsage {
    throw new CartridgeTrap('abi', 'a script takes no keys')
  }

  /** Runs the author's function. @returns UTF-8 JSON. */
  #run(input: Uint8Array): Uint8Array<ArrayBuffer> {
    const output = encoder.encode(resultOf(this.#machine.run(input)))
    const { outputBytes } = this.#script.limits
    if (output.length > outputBytes)
      throw new CartridgeTrap('limit', `it answers with ${output.length} bytes, at most ${outputBytes} are accepted`)
    return output
  }

  /** What the host answers a script that asks: `=` and a text, `!` and why not, or nothing. */
  #answer(name: string, first: Uint8Array, second: Uint8Array): string {
    const question = questions.get(name)
    if (question === undefined) return `!There is nothing called ${name}`
    const { capability, answer } = question
    if (!this.#script.capabilities.includes(capability))
      return `!${name}() needs the capability "${capability}", which is not granted`
    const result = answer(this.#services, first, second)
    return typeof result === 'number' ? refusalOf(name, result) : result
  }
}

/** Bytes that the engine may allot. */
function memoryLeft({ limits, engine }: LoadedScript): number {
  return limits.memoryPages * pageBytes - engine.started.size
}

/** Something a script can ask for; a number is an error of binary interface 1.0. */
interface Question {
  readonly capability: Capability
  answer(services: Services, first: Uint8Array, second: Uint8Array): string | number
}

const question = (capability: Capability, answer: Question['answer']): Question => ({ capability, answer })

const questions: ReadonlyMap<string, Question> = new Map([
  [
    'log',
    question('log', (services, line, level) => {
      services.log(Number(lenient.decode(level)) | 0, line)
      return ''
    }),
  ],
  ['now', question('clock', (services) => `=${services.now()}`)],
  [
    'random',
    question('entropy', (services) => {
      const words = new Uint32Array(2)
      services.random(new Uint8Array(words.buffer))
      const [high = 0, low = 0] = words
      // 53 bits, as many as a number has.
      return `=${((high >>> 5) * 0x400_0000 + (low >>> 6)) / 2 ** 53}`
    }),
  ],
  ['payment', question('payment', (services) => `=${lenient.decode(services.payment())}`)],
  [
    'kv.get',
    question('kv', (services, key) => {
      const value = services.kvGet(key)
      if (value === kvErrors.missing) return ''
      return typeof value === 'number' ? value : `=${lenient.decode(value)}`
    }),
  ],
  [
    'kv.set',
    question('kv', (services, key, value) => {
      // What is no UTF-8 has half a surrogate pair in it.
      const result = services.kvSet(key, encoder.encode(lenient.decode(value)))
      return result === 0 ? '' : result
    }),
  ],
  [
    'kv.delete',
    question('kv', (services, key) => {
      const result = services.kvDelete(key)
      if (result === kvErrors.missing) return ''
      return result === 0 ? '=' : result
    }),
  ],
  [
    'kv.list',
    question('kv', (services, prefix) => {
      const keys = services.kvList(prefix)
      return typeof keys === 'number' ? keys : `=${JSON.stringify(keys)}`
    }),
  ],
  [
    'call',
    question('call', (services, target, text) => {
      const request = requestOf(parseJson(lenient.decode(text)))
      if (request === undefined)
        return '!call() takes a request such as { path: "/", method: "GET" }; its texts are text'
      const result = services.forward(target, encodeRequest(request))
      return typeof result === 'number' ? result : `=${responseText(result)}`
    }),
  ],
  [
    'http',
    question('http', (services, text) => {
      const asked = parseJson(lenient.decode(text))
      const url = typeof asked === 'object' && asked !== null && 'url' in asked ? asked.url : undefined
      const request = requestOf({ ...Object(asked), path: url, query: '' })
      if (request === undefined)
        return '!http() takes a request such as { url: "https://example.com/", method: "GET" }; its texts are text'
      const result = services.http(encodeRequest(request))
      if (result === callErrors.refused) return `!http() did nothing: ${notAsked}`
      if (result === callErrors.failed) return '!http() got no answer; its log says why'
      return typeof result === 'number' ? result : `=${responseText(result)}`
    }),
  ],
])

const notAsked =
  'nobody may be asked in a trial, of hosts that are not granted, or after 10 requests in a call; its log may say more'

const reasons: Readonly<Record<number, string>> = {
  [kvErrors.key]: 'a key has 1 to 256 bytes of UTF-8',
  [kvErrors.value]: 'the value is too large',
  [kvErrors.quota]: 'there are too many keys, or too many bytes in them',
  [kvErrors.operations]: 'there were too many operations in this call',
  [callErrors.missing]: 'there is no such backend cartridge',
  [callErrors.refused]: 'it may not be called from here',
  [callErrors.failed]: 'it failed',
}

function refusalOf(name: string, error: number): string {
  return `!${name}() did nothing: ${reasons[error] ?? `error ${error}`}`
}

/** What the prelude answered. @throws {@link CartridgeTrap} (`cartridge/abort`, `-limit`) if the script threw. */
function resultOf(answer: string): string {
  if (answer.startsWith('=')) return answer.slice(1)
  if (answer === '')
    throw new CartridgeTrap(
      'abort',
      'it gave up: it waits for something that never comes; nothing happens after a call',
    )
  const [why, line, column] = failureOf(answer)
  if (why === 'InternalError: out of memory') throw new CartridgeTrap('limit', 'it used up its memory')
  throw new CartridgeTrap('abort', `it gave up: ${why}${line > 0 ? ` (line ${line}, column ${column})` : ''}`)
}

/** An error of the prelude's; a script that meddled with it may have made something else of it. */
function failureOf(answer: string): readonly [why: string, line: number, column: number] {
  const parsed = parseJson(answer.slice(1))
  if (!Array.isArray(parsed)) return ['it threw something that cannot be shown', 0, 0]
  const [why, line, column]: unknown[] = parsed
  const number = (value: unknown): number => (typeof value === 'number' ? value : 0)
  return [typeof why === 'string' ? why.slice(0, 1_000) : 'it meddled with its errors', number(line), number(column)]
}

/** A request as a script sees it. The body is text, with replacement characters where it is not. */
function requestText({ method, path, query, headers, body }: CartridgeRequest): string {
  // Of several with one name the first.
  const parameters = Object.fromEntries([...new URLSearchParams(query)].reverse())
  const named = new Map<string, string>()
  for (const [name, value] of headers) {
    const key = name.toLowerCase()
    const before = named.get(key)
    named.set(key, before === undefined ? value : `${before}, ${value}`)
  }
  return JSON.stringify({
    ...{ method, path, query, parameters, headers: Object.fromEntries(named), body: lenient.decode(body) },
  })
}

/** The frame of what `handle` gave: a line of JSON, and the body. */
function responseFrame(text: string): Uint8Array<ArrayBuffer> {
  const end = text.indexOf('\n')
  const parsed = parseJson(text.slice(0, Math.max(0, end)))
  const [status, named, plain]: unknown[] = Array.isArray(parsed) ? parsed : []
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599)
    throw new CartridgeTrap('response', 'its response has no status of 200 to 599')
  const headers = headersOf(named)
  if (headers === undefined) throw new CartridgeTrap('response', 'its response has headers that are no texts')
  const body = text.slice(end + 1)
  if (body !== '' && !headers.some(([name]) => name.toLowerCase() === 'content-type'))
    headers.push(['content-type', plain === true ? 'text/plain; charset=utf-8' : 'application/json'])
  return encodeResponse({ status, headers, body: encoder.encode(body) })
}

/** Headers as a script writes them: an object of texts and numbers. */
function headersOf(value: unknown): [name: string, value: string][] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const headers: [string, string][] = []
  for (const [name, content] of Object.entries(value)) {
    if (typeof content !== 'string' && typeof content !== 'number') return undefined
    headers.push([name, String(content)])
  }
  return headers
}

/** A request that a script makes, or `undefined` if it is none. */
function requestOf(value: unknown): CartridgeRequest | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { method = 'GET', path, query = '', headers = {}, body = '' } = value as Readonly<Record<string, unknown>>
  if (typeof method !== 'string' || typeof path !== 'string' || typeof query !== 'string' || typeof body !== 'string')
    return undefined
  const pairs = headersOf(headers)
  return pairs === undefined ? undefined : { method, path, query, headers: pairs, body: encoder.encode(body) }
}

/** A response as a script sees it. */
function responseText(frame: Uint8Array): string {
  const { status, headers, body } = decodeResponse(frame.slice())
  return JSON.stringify({ status, headers: Object.fromEntries(headers), body: lenient.decode(body) })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
