/** `salp undo`: takes back what a turn wrote to files. */

import type { UndoableTurn } from '@salp/agent/node'
import { Command } from 'commander'
import { UsageError } from '../cli-errors.js'
import { print, withNode } from '../invocation.js'
import { type Column, renderColumns } from '../render/columns.js'
import { examples, type ToAction } from './action.js'

/** Creates the command. */
export function undoCommand(toAction: ToAction): Command {
  return new Command('undo')
    .description('take back what a turn wrote to files; the newest that wrote any when none is named')
    .argument('[turn]', 'id of a turn, from --list')
    .option('--list', 'only list what can be taken back', false)
    .action(
      toAction((invocation, asked: string | undefined, { list }: { list: boolean }) =>
        withNode(invocation, async ({ api }) => {
          const { turns } = await api.undoable()
          if (list) {
            print(
              invocation,
              { turns },
              (found, style) => renderColumns(found.turns, columns, style) || 'Nothing to take back',
            )
            return
          }
          const turnId = asked ?? turns[0]?.turnId
          if (turnId === undefined) throw new UsageError('There is nothing to take back')
          const { files } = await api.undo(turnId)
          print(
            invocation,
            { turnId, files },
            ({ files: done }) =>
              done.map(({ path, now }) => `${now} ${path}`).join('\n') || 'The files are as they were',
          )
        }),
      ),
    )
    .addHelpText('after', examples(['salp undo', 'the newest changes'], ['salp undo --list', 'what there is']))
}

const columns: readonly Column<UndoableTurn>[] = [
  { title: 'Turn', cell: ({ turnId }) => turnId },
  { title: 'When', cell: ({ at }) => new Date(at).toISOString().slice(0, 19).replace('T', ' ') },
  { title: 'Files', cell: ({ files }) => files.join(', ') },
]
