/** Runs a file of sources as a program. */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** Starts `file` with `parameters`; what it prints is the caller's to read. */
export function runSource(file: URL, parameters: readonly string[] = []): ChildProcessByStdio<null, Readable, null> {
  const load = import.meta.resolve('@salp/presets/run-source')
  const flags = ['--no-warnings', '--experimental-strip-types', '--conditions=@salp/source', '--import', load]
  return spawn(process.execPath, [...flags, fileURLToPath(file), ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
