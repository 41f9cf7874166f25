/** `salp run`: an agent, until it is stopped. */

import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { SalpError } from '@salp/core'
import { Command } from 'commander'
import { runtimeFlags } from '../client/node-process.js'
import type { Invocation } from '../invocation.js'
import { examples, type ToAction } from './action.js'
import { collect } from './values.js'

interface RunOptions {
  readonly port?: string
  readonly host?: string
  readonly workspace?: string
  readonly set?: string[]
  readonly quiet?: true
}

/** Creates the command. */
export function runCommand(toAction: ToAction): Command {
  return new Command('run')
    .description('run an agent, until Ctrl-C')
    .option('-p, --port <number>', 'port, 0 for a free one (default: 4023)')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('-w, --workspace <folder>', 'folder that file tools and commands work in (default: here)')
    .option('--set <path=value>', 'any other setting, such as log.level=debug; may be repeated', collect)
    .option('-q, --quiet', 'say nothing when all is well')
    .action(toAction(runNode))
    .addHelpText(
      'after',
      `
Exit codes: those of the node; 2 wrong use, 3 the home folder or the port is taken.
${examples(['salp run', 'on port 4023; prints the address of Studio'], ['salp run --home ./agent --port 0', 'a second agent, with a home of its own'])}`,
    )
}

async function runNode(
  { io, home, json }: Invocation,
  { port, host, workspace, set = [], quiet }: RunOptions,
): Promise<number> {
  const flags = [
    ...['--home', home.path],
    ...(port === undefined ? [] : ['--port', port]),
    ...(host === undefined ? [] : ['--host', host]),
    ...(workspace === undefined ? [] : ['--workspace', workspace]),
    ...set.flatMap((pair) => ['--set', pair]),
    ...(quiet ? ['--quiet'] : []),
    ...(json ? ['--ready-json'] : []),
  ]
  const child = spawn(process.execPath, [...runtimeFlags, io.nodeProgram(), ...flags], {
    stdio: 'inherit',
    env: io.environment,
  })
  const releases = [
    // At a terminal Ctrl-C reaches the node itself; told twice, it would leave in a hurry.
    io.onSignal('SIGINT', () => io.stdin.isTTY !== true && child.kill('SIGINT')),
    io.onSignal('SIGTERM', () => child.kill('SIGTERM')),
    io.onSignal('SIGHUP', () => child.kill('SIGHUP')),
  ]
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', (cause) =>
        reject(new SalpError('cli/node-start', `Cannot start a node: ${cause.message}`, { cause })),
      )
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
    })
  } finally {
    for (const release of releases) release()
  }
}
