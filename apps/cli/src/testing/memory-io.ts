/** A process for one test: its streams are in memory, and no terminal is there. */

import { PassThrough } from 'node:stream'
import { systemClock } from '@salp/core/node'
import type { Io, Signal } from '../io.js'

/** What a test sees of the process. */
export interface MemoryIo {
  readonly io: Io
  output(): string
  errors(): string
  signal(signal: Signal): void
}

/** Creates the process. `input`: what standard input holds. */
export function createMemoryIo(change: Partial<Io> & { readonly input?: string | undefined } = {}): MemoryIo {
  const { input = '', ...overrides } = change
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
  stdin.end(input)
  return {
    io: {
      stdin,
      stdout: stdout.stream,
      stderr: stderr.stream,
      environment: {},
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
