/** `salp audit`: every call there was, and whether the record of them is as it was written. */

import type { AuditEntry, ChainState } from '@salp/agent'
import { Command } from 'commander'
import { exitCodes } from '../exit-codes.js'
import { print, withNode } from '../invocation.js'
import { type Column, renderColumns } from '../render/columns.js'
import type { Style } from '../render/style.js'
import { oneLine } from '../render/visible.js'
import { examples, type ToAction } from './action.js'
import { integerFrom } from './values.js'

/** Creates the command. */
export function auditCommand(toAction: ToAction): Command {
  const audit = new Command('audit').description('calls of tools, as they were recorded')
  audit
    .command('list', { isDefault: true })
    .description('the newest calls')
    .option('-n, --limit <count>', 'how many at most', integerFrom(1), 20)
    .action(
      toAction((invocation, { limit }: { limit: number }) =>
        withNode(invocation, async ({ api }) =>
          print(
            invocation,
            await api.audit({ limit }),
            ({ entries }, style) => renderColumns([...entries].reverse(), columns, style) || 'No calls yet',
          ),
        ),
      ),
    )
  audit
    .command('verify')
    .description('recompute every hash, and check every signature')
    .action(
      toAction((invocation) =>
        withNode(invocation, async ({ api }) => {
          const { chain } = await api.audit({ all: true })
          print(invocation, chain, renderChain)
          return chain.intact ? exitCodes.done : exitCodes.failed
        }),
      ),
    )
  return audit.addHelpText(
    'after',
    examples(['salp audit -n 100', 'the last hundred calls'], ['salp audit verify', 'whether any was changed since']),
  )
}

const columns: readonly Column<AuditEntry>[] = [
  { title: 'Call', cell: ({ sequence }) => `#${sequence}` },
  { title: 'When', cell: ({ at }) => new Date(at).toISOString().slice(0, 19).replace('T', ' ') },
  { title: 'Tool', cell: ({ tool }) => tool },
  { title: 'Result', cell: ({ result }) => result },
  { title: 'Input', cell: ({ input }) => oneLine(input, 80) },
]

function renderChain({ intact, checked, brokenAt, sealedUpTo }: ChainState, { paint }: Style): string {
  const sealed = sealedUpTo === undefined ? 'none is signed yet' : `signed up to #${sealedUpTo}`
  return intact
    ? `${paint.green('intact')}: ${checked} calls, ${sealed}`
    : `${paint.red('changed')}: call #${brokenAt} is not as it was written`
}
