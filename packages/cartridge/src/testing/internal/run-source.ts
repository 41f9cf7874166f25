/** Runs TypeScript of this package in a process of its own, from the sources. */

import { type ChildProcess, spawn } from 'node:child_process'

/** Starts `file`; its standard output can be read. */
export function runSource(file: string): ChildProcess {
  const load = import.meta.resolve('@salp/presets/run-source')
  const flags = ['--no-warnings', '--experimental-strip-types', '--conditions=@salp/source', '--import', load]
  return spawn(process.execPath, [...flags, file], { stdio: ['ignore', 'pipe', 'inherit'] })
}
