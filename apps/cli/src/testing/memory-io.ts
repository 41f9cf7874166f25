/** A process for one test: its streams are in memory. */

import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { systemClock } from '@salp/core/node'
import type { Io, Signal } from '../io.js'

/** What a test sees of the process. */
export interface MemoryIo {
  readonly io: Io
  output(): string
  errors(): string
  signal(signal: Signal): void
}

/** Who uses the process. */
export interface MemoryIoOptions extends Partial<Io> {
  /** What standard input holds. */
  readonly input?: string | undefined
  /** What a person at a terminal types, a line at each prompt. Without it no terminal is there. */
  readonly typed?: readonly string[] | undefined
}

/** Creates the process. */
export function createMemoryIo(change: MemoryIoOptions = {}): MemoryIo {
  const { input = '', typed, ...overrides } = change
  const handlers = new Map<Signal, Set<() => void>>()
  const collect = (): { stream: PassThrough; text: () => string } => {
    const stream = new PassThrough()
    let text = ''
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    return { stream, text: () => text }
  }
  const stdout = collect()
  const stderr = collect()
  const stdin = new PassThrough()
  if (typed === undefined) stdin.end(input)
  else typeAtPrompts(stdin, stderr, typed)
  const terminal = { isTTY: typed !== undefined, columns: 80 }
  return {
    io: {
      stdin: Object.assign(stdin, { isTTY: terminal.isTTY, setRawMode: () => undefined }),
      stdout: Object.assign(stdout.stream, terminal),
      stderr: Object.assign(stderr.stream, terminal),
      environment: { NO_COLOR: '1' },
      folder: process.cwd(),
      clock: systemClock,
      fetch: globalThis.fetch,
      onSignal(signal, handler) {
        const own = handlers.get(signal) ?? new Set()
        handlers.set(signal, own.add(handler))
        return () => void own.delete(handler)
      },
      nodeProgram: () => {
        throw new RangeError('No node may be started in this test')
      },
      scryptCost: 2,
      version: '1.2.3',
      ...overrides,
    },
    output: stdout.text,
    errors: stderr.text,
    signal: (signal) => {
      for (const handler of handlers.get(signal) ?? []) handler()
    },
  }
}

/** Types the next line whenever one more prompt shows. */
function typeAtPrompts(
  stdin: PassThrough,
  shown: { readonly stream: PassThrough; text(): string },
  lines: readonly string[],
): void {
  let typed = 0
  shown.stream.on('data', () => {
    const text = stripVTControlCharacters(shown.text())
    const prompts = text.split('› ').length - 1
    if (!text.endsWith('› ') || prompts <= typed) return
    const line = lines[typed++]
    setImmediate(() => (line === undefined ? stdin.end() : stdin.write(`${line}\r`)))
  })
}
