/** `salp memory`: what the agent knows. The first four ask the node. */

import { Command, Option } from 'commander'
import { print, withNode } from '../invocation.js'
import { renderMemories } from '../render/memory.js'
import { plural } from '../render/quantity.js'
import { examples, type ToAction } from './action.js'
import { addStoreCommands } from './memory-store.js'
import { collect, integerFrom } from './values.js'

const kinds = ['fact', 'event', 'preference', 'procedure', 'summary']

/** Creates the command. */
export function memoryCommand(toAction: ToAction): Command {
  const memory = new Command('memory').description(
    'what the agent knows: search it, add to it, forget, serve it to others, look after it',
  )
  memory
    .command('search')
    .description('find what answers a query')
    .argument('<query...>', 'words or a question')
    .option('-n, --limit <count>', 'how many at most', integerFrom(1), 10)
    .action(
      toAction((invocation, words: string[], { limit }: { limit: number }) =>
        withNode(invocation, async ({ api }) => {
          const found = await api.memories({ query: words.join(' '), limit })
          print(
            invocation,
            found,
            ({ hits }, style) => renderMemories(hits, style, invocation.io.clock.now()) || 'Nothing found',
          )
        }),
      ),
    )
  memory
    .command('list')
    .description('the newest memories')
    .option('-n, --limit <count>', 'how many at most', integerFrom(1), 20)
    .action(
      toAction((invocation, { limit }: { limit: number }) =>
        withNode(invocation, async ({ api }) => {
          const found = await api.memories({ limit })
          print(
            invocation,
            found,
            ({ hits }, style) => renderMemories(hits, style, invocation.io.clock.now()) || 'Nothing is remembered yet',
          )
        }),
      ),
    )
  memory
    .command('add')
    .description('remember something')
    .argument('<text...>', 'what to remember')
    .addOption(new Option('-k, --kind <kind>', 'what it is').choices(kinds))
    .option('-t, --tag <tag>', 'a tag; may be repeated', collect)
    .action(
      toAction((invocation, words: string[], { kind, tag }: { kind?: string; tag?: string[] }) =>
        withNode(invocation, async ({ api }) => {
          const added = await api.remember({ content: words.join(' '), kind, tags: tag, channel: 'cli' })
          print(
            invocation,
            added,
            ({ id, status }, { paint }) => `${status === 'added' ? 'Remembered' : 'Known already'} ${paint.dim(id)}`,
          )
        }),
      ),
    )
  memory
    .command('forget')
    .description('forget for good')
    .argument('<id...>', 'ids, as list and search show them')
    .action(
      toAction((invocation, ids: string[]) =>
        withNode(invocation, async ({ api }) => {
          for (const id of ids) await api.forget(id)
          print(
            invocation,
            { forgotten: ids },
            ({ forgotten }) => `Forgot ${plural(forgotten.length, 'memory', 'memories')}`,
          )
        }),
      ),
    )
  addStoreCommands(memory, toAction)
  return memory.addHelpText(
    'after',
    examples(
      ['salp memory add the deploy key rotates on Fridays', 'remember it'],
      ['salp memory search when does the deploy key rotate', 'ask for it'],
      ['salp memory list --limit 5 --json', 'the newest five, for a script'],
      ['salp memory mcp', 'the command an MCP client is to run'],
      ['salp memory export all.jsonl', 'everything, to take elsewhere'],
    ),
  )
}
