/**
 * The process in which candidates run: started with Node's permission model, no environment and no right to make code from
 * text, it takes its own doors away before the first of them. Each candidate gets a realm of its own, in which there is
 * nothing of Node; only text goes in and comes out.
 *
 * It knows inputs, and never what is expected of them. At run time it imports nothing of ours, so that Node can start it
 * from the sources too.
 */

import { compileFunction, constants, createContext, runInContext, Script } from 'node:vm'

/** One candidate, and what it is called with. */
export interface SandboxJob {
  readonly id: number
  /** JavaScript that sets `exports`. */
  readonly code: string
  /** Name of the exported function. */
  readonly name: string
  /** Arguments as JSON arrays; what comes of each of the first `visible` is told as soon as it is there. */
  readonly inputs: readonly string[]
  readonly visible: number
  /** When the process ends by itself, in ms, should nobody be left who watches it. Range (0, ∞). */
  readonly endsAfterMs: number
}

/**
 * What came of one call, its first letter the kind: `V` a value as JSON, `T` something was thrown (its message), `X` a value
 * that is no data (why).
 */
export type Outcome = string

/** What the process says: outcomes from `first` on; `last` ends the job. */
export type SandboxReply =
  | { readonly type: 'ready' }
  | {
      readonly type: 'ran'
      readonly id: number
      readonly first: number
      readonly outcomes: readonly Outcome[]
      readonly last: boolean
    }
  /** The source could not be loaded. */
  | { readonly type: 'unloadable'; readonly id: number; readonly message: string }

/** Longest value, in UTF-16 units of JSON. */
const longestValue = 1_000_000

/** Longest of all values of a candidate together. */
const longestValues = 8_000_000

/**
 * Runs in the candidate's realm before it does. What it needs of the realm it takes first, so that a candidate which changes
 * built-ins changes nothing here; values are read field by field, since `JSON.stringify` would ask them how they look.
 */
const harness = `(() => {
  'use strict'
  const { parse, stringify } = JSON
  const { isArray } = Array
  const { getPrototypeOf, getOwnPropertyDescriptor, hasOwn, prototype: plain } = Object
  const { apply, ownKeys } = Reflect
  const { isFinite } = Number
  for (const name of ['Atomics', 'FinalizationRegistry', 'SharedArrayBuffer', 'WeakRef', 'WebAssembly', 'console']) delete globalThis[name]
  let room = 0
  let left = ${longestValues}
  let why = ''
  const refuse = (reason) => {
    why = reason
    throw null
  }
  const field = (value, key) => {
    const found = getOwnPropertyDescriptor(value, key)
    if (found === undefined) return refuse('an array with holes')
    return hasOwn(found, 'value') ? found.value : refuse('an object with a getter')
  }
  const spend = (text) => {
    room -= text.length
    return room < 0 ? refuse('more than can be told') : text
  }
  const encode = (value, depth) => {
    if (value === null) return spend('null')
    if (value === true) return spend('true')
    if (value === false) return spend('false')
    if (typeof value === 'string') {
      if (value.length > room) refuse('more than can be told')
      return spend(stringify(value))
    }
    if (typeof value === 'number') return isFinite(value) ? spend(value === 0 ? '0' : '' + value) : refuse('' + value)
    if (typeof value !== 'object') return refuse('a value of type ' + typeof value)
    if (depth > 500) refuse('data that is nested too deeply, or cyclic')
    let text = ''
    if (isArray(value)) {
      const length = field(value, 'length')
      if (length > room) refuse('a list of ' + length)
      for (let index = 0; index < length; index++) text += spend(index === 0 ? '' : ',') + encode(field(value, '' + index), depth + 1)
      return '[' + text + ']'
    }
    const prototype = getPrototypeOf(value)
    if (prototype !== plain && prototype !== null) refuse('an object of a class')
    const keys = ownKeys(value)
    const count = field(keys, 'length')
    for (let index = 0; index < count; index++) {
      const key = field(keys, '' + index)
      if (typeof key !== 'string') refuse('an object with a symbol')
      text += spend((index === 0 ? '' : ',') + stringify(key) + ':') + encode(field(value, key), depth + 1)
    }
    return '{' + text + '}'
  }
  const describe = (thrown) => {
    try {
      if (typeof thrown === 'string') return thrown
      const found = typeof thrown === 'object' && thrown !== null ? getOwnPropertyDescriptor(thrown, 'message') : undefined
      const message = found !== undefined && hasOwn(found, 'value') ? found.value : undefined
      return typeof message === 'string' ? message : 'a value of type ' + typeof thrown
    } catch {
      return 'a value that cannot be read'
    }
  }
  let candidate
  return {
    __proto__: null,
    exports: {},
    /** Loads; gives what went wrong, or nothing. */
    load(define, exports, name) {
      try {
        apply(define, undefined, [exports])
        candidate = exports[name]
        return typeof candidate === 'function' ? '' : 'It does not export a function called ' + name
      } catch (thrown) {
        return 'It throws when it is loaded: ' + describe(thrown)
      }
    },
    call(input) {
      let value
      try {
        value = apply(candidate, undefined, parse(input))
      } catch (thrown) {
        return 'T' + describe(thrown)
      }
      room = left < ${longestValue} ? left : ${longestValue}
      why = ''
      try {
        const text = encode(value, 0)
        left -= text.length
        return 'V' + text
      } catch {
        return 'X' + (why === '' ? 'an object that cannot be read' : why)
      }
    },
  }
})()`

/** What the harness gives back; of the candidate's realm, so only called, with text, and its answers taken as unknown. */
interface Realm {
  readonly exports: object
  readonly load: (define: unknown, exports: object, name: string) => unknown
  readonly call: (input: string) => unknown
}

/** Longest message of something thrown, in UTF-16 units. */
const longestMessage = 300

function open({ code, name }: SandboxJob): Realm | string {
  const context = createContext(constants.DONT_CONTEXTIFY, {
    codeGeneration: { strings: false, wasm: false },
    // Promises of a candidate go into a queue of its own, which nobody empties: what it does, it does before it returns.
    microtaskMode: 'afterEvaluate',
  })
  const realm = runInContext(harness, context, { filename: 'harness' }) as Realm
  let define: unknown
  try {
    define = compileFunction(code, ['exports'], { parsingContext: context, filename: 'solution.js' })
  } catch {
    return 'It is no JavaScript'
  }
  const problem = realm.load(define, realm.exports, name)
  return problem === ''
    ? realm
    : String(typeof problem === 'string' ? problem : 'It cannot be loaded').slice(0, longestMessage)
}

function callWith(realm: Realm, input: string): Outcome {
  try {
    const outcome = realm.call(input)
    if (typeof outcome !== 'string') return 'Xno outcome'
    return outcome.startsWith('V') ? outcome : outcome.slice(0, longestMessage)
  } catch {
    // Too deep in calls for the harness itself.
    return 'Ttoo many calls within one another'
  }
}

function runJob(job: SandboxJob, reply: (said: SandboxReply) => void): void {
  const { id, inputs, visible } = job
  const realm = open(job)
  if (typeof realm === 'string') {
    reply({ type: 'unloadable', id, message: realm })
    return
  }
  for (let index = 0; index < visible; index++) {
    reply({ type: 'ran', id, first: index, outcomes: [callWith(realm, inputs[index] ?? '[]')], last: false })
  }
  const outcomes = inputs.slice(visible).map((input) => callWith(realm, input))
  reply({ type: 'ran', id, first: visible, outcomes, last: true })
}

const alone = createContext({ work: (): void => undefined })
const doWork = new Script('work()')

/** Does something that may never end, for so long at most; a loop cannot be interrupted but by the engine itself. */
function forAtMost(ms: number, work: () => void): void {
  alone.work = work
  doWork.runInContext(alone, { timeout: ms })
}

/** Takes away what would be of use to code that got out of its realm, and is not needed here. */
function closeDoors(): void {
  for (const name of ['fetch', 'WebSocket', 'EventSource', 'WebAssembly', 'Worker', 'BroadcastChannel', 'navigator'])
    Reflect.deleteProperty(globalThis, name)
  for (const name of ['getBuiltinModule', 'binding', '_linkedBinding', 'dlopen', 'kill', 'mainModule', 'chdir'])
    Object.defineProperty(process, name, { value: undefined, configurable: false, writable: false })
}

if (process.send !== undefined) {
  const send = process.send.bind(process)
  closeDoors()
  process.on('message', (job: SandboxJob) => {
    try {
      forAtMost(job.endsAfterMs, () => runJob(job, (said) => void send(said)))
    } catch {
      process.exit()
    }
  })
  // The parent has gone.
  process.on('disconnect', () => process.exit())
  send({ type: 'ready' } satisfies SandboxReply)
}
