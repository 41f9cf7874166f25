/** `salp sessions`: conversations, here and in Studio. */

import { Command } from 'commander'
import { print, withNode } from '../invocation.js'
import { plural } from '../render/quantity.js'
import { renderSessions, renderTranscript } from '../render/sessions.js'
import { examples, type ToAction } from './action.js'
import { integerFrom } from './values.js'

/** Creates the command. */
export function sessionsCommand(toAction: ToAction): Command {
  const sessions = new Command('sessions').description('list, show and delete conversations')
  sessions
    .command('list', { isDefault: true })
    .description('conversations, the most recent first')
    .option('-n, --limit <count>', 'how many at most', integerFrom(1), 20)
    .action(
      toAction((invocation, { limit }: { limit: number }) =>
        withNode(invocation, async ({ api }) => {
          const found = await api.sessions(limit)
          print(
            invocation,
            found,
            (all, style) => renderSessions(all.sessions, style, invocation.io.clock.now()) || 'No conversations yet',
          )
        }),
      ),
    )
  sessions
    .command('show')
    .description('what was said')
    .argument('<id>', 'its id, as list shows it')
    .action(
      toAction((invocation, id: string) =>
        withNode(invocation, async ({ api }) => {
          print(
            invocation,
            await api.session(id),
            ({ messages }, style) => renderTranscript(messages, style) || 'Nothing was said yet',
          )
        }),
      ),
    )
  sessions
    .command('delete')
    .description('delete conversations for good; what was remembered stays')
    .argument('<id...>', 'ids, as list shows them')
    .action(
      toAction((invocation, ids: string[]) =>
        withNode(invocation, async ({ api }) => {
          for (const id of ids) await api.deleteSession(id)
          print(invocation, { deleted: ids }, ({ deleted }) => `Deleted ${plural(deleted.length, 'session')}`)
        }),
      ),
    )
  return sessions.addHelpText(
    'after',
    examples(
      ['salp sessions', 'recent conversations'],
      ['salp chat --session ID', 'go on with one'],
      ['salp chat --last', 'go on with the last'],
    ),
  )
}
