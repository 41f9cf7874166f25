/** `salp rpc`: the agent for scripts. */

import { Command } from 'commander'
import { serveLines } from '../lines/carry-lines.js'
import { examples, type ToAction } from './action.js'

/** Ends the connection once everything before is answered. */
const farewell = new TextEncoder().encode('\n{"jsonrpc":"2.0","method":"exit"}\n')

/** Creates the command. */
export function rpcCommand(toAction: ToAction): Command {
  return new Command('rpc')
    .description('serve the agent to a script: JSON-RPC 2.0, a message a line, over standard input and output')
    .action(toAction((invocation) => serveLines(invocation, '/api/rpc', { farewell })))
    .addHelpText(
      'after',
      `
The notice "ready" names every method. When the input ends, what was asked is answered, and the command ends.
${examples([
  `echo '{"jsonrpc":"2.0","id":1,"method":"turn","params":{"text":"What is open?","unattended":true}}' | salp rpc`,
  'one turn',
])}`,
    )
}
