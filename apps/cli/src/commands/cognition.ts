/** `salp cognition`: how the agent steers itself. */

import { Command } from 'commander'
import { print, withNode } from '../invocation.js'
import { renderReplay } from '../render/replay.js'
import { examples, type ToAction } from './action.js'

/** Creates the command. */
export function cognitionCommand(toAction: ToAction): Command {
  const cognition = new Command('cognition').description('how the agent steers itself, and how it might have')
  cognition
    .command('replay')
    .description('replay a conversation with parts of the substrate switched off or on')
    .argument('<session>', 'its id, as "salp sessions" shows it')
    .option('--without <modules>', 'modules to switch off, joined by commas')
    .option('--with <modules>', 'modules to switch on, joined by commas')
    .action(
      toAction((invocation, session: string, modules: { without?: string; with?: string }) =>
        withNode(invocation, async ({ api }) => {
          print(invocation, await api.replay(session, modules), renderReplay)
        }),
      ),
    )
  return cognition.addHelpText(
    'after',
    `
Modules: perception, surprise, belief, precision, neuromodulation, blackboard, memory, counterfactual, integration,
holographic, controllers.
${examples(
  ['salp sessions', 'ids of conversations'],
  ['salp cognition replay ID --without surprise,belief', 'what the two were worth in it'],
  ['salp cognition replay ID --with integration --json', 'for a script'],
)}`,
  )
}
