/** `salp chat`: a conversation. */

import { Command } from 'commander'
import { chat } from '../chat/chat.js'
import { withNode } from '../invocation.js'
import { examples, type ToAction } from './action.js'
import { addSessionOptions, chooseSession, type SessionOptions } from './session-options.js'

/** Creates the command. */
export function chatCommand(toAction: ToAction): Command {
  const command = new Command('chat')
    .description('talk with the agent')
    .option('-y, --yes', 'approve calls of low and medium risk; high ones are asked about')
  return addSessionOptions(command)
    .action(
      toAction((invocation, options: SessionOptions & { yes?: true }) =>
        withNode(invocation, async ({ api }) => {
          const sessionId = await chooseSession(api, options)
          return chat(invocation, { api, sessionId, yes: options.yes === true })
        }),
      ),
    )
    .addHelpText(
      'after',
      `
Ctrl-C stops the turn, once more leaves. "/help" shows what else there is.
Where standard input is no terminal, each line is one turn, and nobody is asked.
${examples(['salp chat', 'a new conversation'], ['salp chat --last', 'go on with the last one'])}`,
    )
}
