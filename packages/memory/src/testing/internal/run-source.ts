/** Runs TypeScript of this package in a process of its own, from the sources. */

import { type ChildProcess, spawn } from 'node:child_process'

/** Lets Node find `x.ts` where a source says `./x.js`. */
const hooks = `import { registerHooks } from 'node:module'
registerHooks({
  resolve(specifier, context, next) {
    const source = context.parentURL?.endsWith('.ts') && specifier.startsWith('.')
    return next(source ? specifier.replace(/\\.js$/, '.ts') : specifier, context)
  },
})`

/** Starts `file` with `parameters`; its standard output can be read. */
export function runSource(file: string, parameters: readonly string[]): ChildProcess {
  const load = `data:text/javascript,${encodeURIComponent(hooks)}`
  const flags = ['--no-warnings', '--experimental-strip-types', '--conditions=@salp/source', '--import', load]
  return spawn(process.execPath, [...flags, file, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] })
}
