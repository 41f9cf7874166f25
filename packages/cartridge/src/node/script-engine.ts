/** The engine of scripts, from the package that ships it. */

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createScriptEngine, type ScriptEngine } from '../script/engine.js'

/** The same for all hosts of a process: it is never changed. */
let engine: Promise<ScriptEngine> | undefined

/** Gives the engine of scripts, made when first asked for: tens of milliseconds. All of a process share it. */
export function scriptEngine(): Promise<ScriptEngine> {
  engine ??= open()
  return engine
}

async function open(): Promise<ScriptEngine> {
  const file = fileURLToPath(import.meta.resolve('quickjs-wasi/quickjs.wasm'))
  return createScriptEngine(new Uint8Array(await readFile(file)))
}
