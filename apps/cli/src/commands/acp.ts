/** `salp acp`: the agent for editors. */

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { SalpError } from '@salp/core'
import { Command, Option } from 'commander'
import type { Invocation } from '../invocation.js'
import { carryLines, gathered, openLines, serveLines, untilDone } from '../lines/carry-lines.js'
import { examples, type ToAction } from './action.js'

interface AcpOptions {
  readonly node?: string
  readonly tokenFile?: string
  readonly protocol: '1' | '2'
}

/** Where the node serves editors, by the newest version that may be spoken. */
const paths = { 1: '/api/acp', 2: '/api/acp-draft' } as const

/** Creates the command. */
export function acpCommand(toAction: ToAction): Command {
  return new Command('acp')
    .description('serve the agent to an editor, by the Agent Client Protocol, over standard input and output')
    .option('--node <url>', 'a node elsewhere, such as one behind a tunnel; sessions then work on its machine')
    .option('--token-file <path>', 'file with the token of that node (default: node-token in the home folder)')
    .addOption(
      new Option('--protocol <version>', 'newest version to speak; 2 is a draft, and changes with every release')
        .choices(['1', '2'])
        .default('1'),
    )
    .action(
      toAction((invocation, { node, tokenFile, protocol }: AcpOptions) => {
        const path = paths[protocol]
        if (node !== undefined) return serveElsewhere(invocation, { node, tokenFile, path })
        return serveLines(invocation, path)
      }),
    )
    .addHelpText(
      'after',
      `
Editors start this themselves. Sessions, approvals and turns are those of the node, and outlive the editor.
${examples(['salp acp', 'what to put into the settings of the editor, as the command of an agent'])}`,
    )
}

/** Serves a node that may not know us: its token is asked for where there is none that it takes. */
async function serveElsewhere(
  { io, home, signal: asked }: Invocation,
  { node, tokenFile, path }: { node: string; tokenFile: string | undefined; path: string },
): Promise<void> {
  const file = resolve(io.folder, tokenFile ?? join(home.path, 'node-token'))
  const url = node.replace(/\/+$/, '')
  await untilDone(asked, async (signal) => {
    const open = () => openLines(io.fetch, { url, token: readToken(file) }, { path, signal })
    const input = gathered(io.stdin, signal)
    const instructions = `Write the token of the node at ${url} to ${file}, and sign in`
    const lines = await open().catch(async (error: unknown) => {
      if (!SalpError.is(error, 'agent/token')) throw error
      const { signIn } = await import('../lines/sign-in.js')
      return signIn({ stdout: io.stdout, version: io.version, instructions, open }, input)
    })
    if (lines !== undefined) await carryLines(io.stdout, input, lines, { signal })
  })
}

function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
