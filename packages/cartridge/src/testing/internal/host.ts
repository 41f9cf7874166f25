/** A host that stands alone: a stopped clock, seeded chance, keys and values in memory. */

import { createRng } from '@salp/core'
import { type RecordingPublisher, recordingPublisher, type StoppedClock, stoppedClock } from '@salp/core/testing'
import type { CartridgeRequest } from '../../host/frames.js'
import {
  type CartridgeEvents,
  type CartridgeHost,
  type CartridgeHostDeps,
  createCartridgeHost,
} from '../../host/host.js'
import type { Program, ProgramTerms } from '../../host/program.js'
import { type KvStore, memoryKvStore } from '../../kv/kv-store.js'
import { scriptEngine } from '../../node/script-engine.js'
import { wat } from './wat.js'

/** A host, and what it was given. */
export interface TestHost extends CartridgeHost {
  readonly clock: StoppedClock
  readonly events: RecordingPublisher<CartridgeEvents>
  readonly kv: KvStore
  readonly logged: [cartridge: string, level: number, text: string][]
}

/** Creates a host at 1 000 ms since the epoch. */
export function testHost({
  kv = memoryKvStore(),
  onLog,
  fetchSync,
}: {
  kv?: KvStore
  onLog?: () => void
  fetchSync?: CartridgeHostDeps['fetchSync']
} = {}): TestHost {
  const clock = stoppedClock(1_000)
  const events = recordingPublisher<CartridgeEvents>()
  const logged: TestHost['logged'] = []
  const log = (cartridge: string, level: number, text: string): void => {
    logged.push([cartridge, level, text])
    onLog?.()
  }
  const host = createCartridgeHost({ clock, events, kv, log, rng: createRng('test'), scriptEngine, fetchSync })
  return { ...host, clock, events, kv, logged }
}

/** `GET path`. */
export function get(path: string): { readonly request: CartridgeRequest } {
  return { request: { method: 'GET', path, query: '', headers: [], body: new Uint8Array() } }
}

/** A backend from its text. */
export function program(text: string, more: Partial<Program> = {}): Program {
  return { id: 'a', kind: 'backend', wasm: wat(text), ...more }
}

/** A backend that is a script. */
export function script(source: string, more: Partial<ProgramTerms> = {}): Program {
  return { id: 'a', kind: 'backend', script: source, ...more }
}

/** Response frame of status 200 without headers, at byte 0 of memory, its body from byte 12 on: `data` for a module. */
export const answerData = '(data (i32.const 0) "\\c8\\00\\00\\00\\00\\00\\00\\00\\02\\00\\00\\00ok")'

/** Gives the frame of {@link answerData}: 14 bytes at 0. */
export const answer = 'i64.const 14'

/** Does `body` when the path is longer than `/`, so not in its trial, and answers "ok". Byte 1024 has the request. */
export function onRequest(body: string): string {
  // Request: u32 3, "GET", u32 length of the path.
  return `(if (i32.gt_u (i32.load (i32.const 1031)) (i32.const 1)) (then ${body})) ${answer}`
}
