/** Runs cartridges in the thread that asks: instances, what they may reach, limits, keys and values, versions. */

export { type KvChange, type KvStore, memoryKvStore, sqliteKvStore } from '../kv/kv-store.js'
export { cartridgeMigrations } from '../migrations.js'
export { createScriptEngine, type ScriptEngine } from '../script/engine.js'
export type { EngineState } from '../script/machine.js'
export { type CallUnderTest, runTests } from '../workshop/run-tests.js'
export type { AsyncCartridgeHost, OpenCall } from './async-host.js'
export type { Failure } from './failure.js'
export { type CartridgeRequest, type CartridgeResponse, decodeResponse, encodeRequest } from './frames.js'
export type { EntryUsage, Framebuffer } from './guest.js'
export {
  type CallResult,
  type CartridgeCalls,
  type CartridgeEvents,
  type CartridgeFrame,
  type CartridgeHost,
  type CartridgeHostDeps,
  CartridgeMissingError,
  type CartridgePayment,
  createCartridgeHost,
  type KvWrite,
  type LoadedCartridge,
  type LoadOptions,
} from './host.js'
export type { Fetcher, HttpOutcome, OutgoingRequest } from './http.js'
export type { Example, ModuleProgram, Program, ProgramTerms, ScriptProgram } from './program.js'
export { parseTree, type UiElement, type UiTree } from './tree.js'
export { readRequest, toResponse } from './web.js'
