/** The engine that scripts run in: QuickJS, checked and rewritten as any other module, and started once. */

import { CartridgeRejected } from '../errors.js'
import { type ModuleLimits, moduleLimits } from '../rewrite/limits.js'
import { type ImportedFunction, rewriteModule } from '../rewrite/rewrite-module.js'
import { type EngineState, ScriptMachine, wantedFunctions } from './machine.js'

/** An engine that is ready: plain data, which may be handed to another thread. */
export interface ScriptEngine {
  readonly module: WebAssembly.Module
  /** After its start, before any script. */
  readonly started: EngineState
}

/** The engine is longer, and exports more, than a cartridge may be; memory and all else are as theirs. */
const engineLimits: ModuleLimits = { ...moduleLimits, exports: 1_000, nesting: 1_000 }

/** What the engine imports; the rest of what a program of WASI could ask for is not there. */
const wantedImports: ReadonlySet<string> = new Set([
  'env.host_call',
  'env.host_get_timezone_offset',
  'env.host_interrupt',
  'env.host_module_load',
  'env.host_module_normalize',
  'env.host_promise_rejection',
  'wasi_snapshot_preview1.clock_time_get',
  'wasi_snapshot_preview1.fd_close',
  'wasi_snapshot_preview1.fd_fdstat_get',
  'wasi_snapshot_preview1.fd_seek',
  'wasi_snapshot_preview1.fd_write',
  'wasi_snapshot_preview1.random_get',
])

/**
 * Rewrites the engine so that its fuel, stack and memory are bounded, whatever a script makes it do. The same bytes give the
 * same result. NaN has the same bits on every machine, so scripts do the same everywhere.
 *
 * @param wasm - `quickjs.wasm` of the package `quickjs-wasi`. Borrowed, not kept.
 * @throws {@link CartridgeRejected} if it is something else.
 */
export function prepareScriptEngine(wasm: Uint8Array): Uint8Array<ArrayBuffer> {
  const { bytes, imports, exports } = rewriteModule(wasm, { limits: engineLimits, simd: false, deterministic: true })
  const foreign = imports.find(({ module, name }: ImportedFunction) => !wantedImports.has(`${module}.${name}`))
  if (foreign !== undefined)
    throw new CartridgeRejected('import', `an engine of scripts does not import "${foreign.module}.${foreign.name}"`)
  const names = new Set(exports.map(({ name }) => name))
  const missing = [...wantedFunctions, 'memory', '__stack_pointer'].find((name) => !names.has(name))
  if (missing !== undefined)
    throw new CartridgeRejected('abi', `an engine of scripts exports "${missing}", this one does not`)
  return bytes
}

/**
 * Makes the engine ready: rewrites, compiles and starts it. Worth doing once a process; hosts share what comes of it.
 *
 * @param wasm - As {@link prepareScriptEngine} takes it.
 * @throws {@link CartridgeRejected} as {@link prepareScriptEngine}.
 */
export async function createScriptEngine(wasm: Uint8Array): Promise<ScriptEngine> {
  const module = await WebAssembly.compile(prepareScriptEngine(wasm))
  return { module, started: ScriptMachine.start(module).save() }
}
