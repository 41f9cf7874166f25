/** `salp acp`: the agent for editors. */

import { Command } from 'commander'
import { carryLines } from '../acp/carry-lines.js'
import { withNode } from '../invocation.js'
import { examples, type ToAction } from './action.js'

/** Creates the command. */
export function acpCommand(toAction: ToAction): Command {
  return new Command('acp')
    .description('serve the agent to an editor, by the Agent Client Protocol, over standard input and output')
    .action(
      toAction((invocation) =>
        withNode(invocation, ({ endpoint }) => carryLines(invocation.io, endpoint, invocation.signal)),
      ),
    )
    .addHelpText(
      'after',
      `
Editors start this themselves. Sessions, approvals and turns are those of the node, and outlive the editor.
${examples(['salp acp', 'what to put into the settings of the editor, as the command of an agent'])}`,
    )
}
