/** `salp status`: how the agent is. */

import type { AgentStatus } from '@salp/agent'
import { Command } from 'commander'
import { print, withNode } from '../invocation.js'
import { renderFields } from '../render/fields.js'
import { plural } from '../render/quantity.js'
import type { Style } from '../render/style.js'
import { duration } from '../render/time.js'
import { examples, type ToAction } from './action.js'

/** Creates the command. */
export function statusCommand(toAction: ToAction): Command {
  return new Command('status')
    .description('how the agent is: model, regime, counts, usage')
    .action(
      toAction((invocation) =>
        withNode(invocation, async ({ api, own }) => {
          const status = { running: !own, url: own ? null : api.url, ...(await api.status()) }
          print(invocation, status, renderStatus)
        }),
      ),
    )
    .addHelpText(
      'after',
      examples(
        ['salp status', 'for a person'],
        ['salp status --json', 'for a script; "running" tells whether a node runs'],
      ),
    )
}

function renderStatus(status: AgentStatus & { running: boolean; url: string | null }, style: Style): string {
  const { model, counts, usage } = status
  const tokens = `${usage.inputTokens.toLocaleString('en')} in, ${usage.outputTokens.toLocaleString('en')} out`
  return renderFields(
    [
      [
        'Node',
        status.running
          ? `${status.url}, up ${duration(status.uptimeMs)}`
          : 'not running; started for this answer. To keep one: salp run',
      ],
      ['Version', status.version],
      ['Home', status.home],
      ['Workspace', status.workspace],
      [
        'Model',
        model.reflex
          ? `${model.name}: rules answer, no language model is connected. "salp doctor" tells how to connect one`
          : `${model.name} (${model.provider})`,
      ],
      ['Regime', status.regime],
      ['Memory', plural(counts.memories, 'memory', 'memories')],
      ['Tasks', plural(counts.openTasks, 'open task')],
      ['Sessions', `${plural(counts.sessions, 'session')}, ${plural(counts.pendingApprovals, 'approval')} waiting`],
      ['Tokens', `${tokens}${usage.costUsd > 0 ? `, ${usage.costUsd.toFixed(4)} USD` : ''}`],
    ],
    style,
  )
}
