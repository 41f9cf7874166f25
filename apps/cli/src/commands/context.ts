/** `salp context`: what the model saw, and why. */

import type { ContextView } from '@salp/agent'
import { Command } from 'commander'
import { UsageError } from '../cli-errors.js'
import { print, withNode } from '../invocation.js'
import { renderColumns } from '../render/columns.js'
import { plural } from '../render/quantity.js'
import type { Style } from '../render/style.js'
import { oneLine, visible } from '../render/visible.js'
import { examples, type ToAction } from './action.js'

/** Creates the command. */
export function contextCommand(toAction: ToAction): Command {
  const context = new Command('context').description('what the model sees of a conversation')
  context
    .command('explain', { isDefault: true })
    .description('what the model saw in a turn, how much room each part took, and what was left out')
    .argument('[session]', 'its id, as "salp sessions" shows it; the latest where it is absent')
    .option('--turn <id>', 'another turn than the last')
    .option('--text', 'the words too that stood before those of the person')
    .action(
      toAction((invocation, session: string | undefined, { turn, text }: { turn?: string; text?: true }) =>
        withNode(invocation, async ({ api }) => {
          const id = session ?? (await api.sessions(1)).sessions[0]?.id
          if (id === undefined) throw new UsageError('There is no conversation yet')
          print(invocation, await api.context(id, turn), (view, style) => renderContext(view, style, text === true))
        }),
      ),
    )
  return context.addHelpText(
    'after',
    examples(
      ['salp context explain', 'the last turn of the latest conversation'],
      ['salp context explain ID --text', 'another one, word for word'],
    ),
  )
}

const reasons: Readonly<Record<string, string>> = {
  identity: 'who it is and what it must heed; in every turn',
  instructions: 'your words on how to behave; in every turn',
  workspace: 'where it works; in every turn',
  time: 'when the turn began',
  history: 'what turns came to that did not fit',
  memories: 'recalled for what you said',
  substrate: 'what it learnt of its tools; you switched this on',
  tasks: 'the most urgent open tasks',
  conversation: 'turns word for word, the newest first',
  tools: 'names and inputs of its tools',
}

interface Row {
  readonly name: string
  readonly tokens: number
  readonly shown: string
}

function renderContext({ input, steps, recalled }: ContextView, style: Style, withText: boolean): string {
  const { paint } = style
  const last = steps.at(-1)
  if (last === undefined) return 'No model was asked in this turn'
  const { history, sections, tools, toolTokens, tokens, contextTokens, reserveTokens, inputTokens } = last
  const rows: Row[] = [
    ...sections.map(({ name, tokens: own, shown, dropped }) => ({
      ...{ name, tokens: own },
      shown: dropped === 0 ? `${shown}` : `${shown}, ${dropped} left out`,
    })),
    {
      ...{ name: 'conversation', tokens: history.tokens },
      shown: `${plural(history.shownTurns + 1, 'turn')}${history.omittedTurns === 0 ? '' : `, ${history.omittedTurns} summed up`}`,
    },
    { name: 'tools', tokens: toolTokens, shown: `${tools}` },
  ]
  const table = renderColumns(
    rows,
    [
      { title: 'Part', cell: ({ name }) => name },
      { title: 'Tokens', cell: ({ tokens: own }) => `${own}`, align: 'right' },
      { title: 'Items', cell: ({ shown }) => shown },
      { title: 'Why', cell: ({ name }) => reasons[name] ?? '' },
    ],
    style,
  )
  const counted = inputTokens === undefined ? '' : `; the provider counted ${inputTokens}`
  const records = steps.findLast((step) => step.records !== undefined)?.records
  return [
    paint.bold(`› ${oneLine(input, 200)}`),
    `${plural(steps.length, 'step')}; the last saw ${tokens} of ${contextTokens} tokens, ${reserveTokens} kept free for the reply${counted}`,
    '',
    table,
    ...(recalled.length === 0
      ? []
      : [
          '',
          paint.dim('Recalled, by score'),
          ...recalled.map(
            ({ id, score, content }) => `  ${score.toFixed(2)} ${paint.dim(`[${id}]`)} ${oneLine(content, 120)}`,
          ),
        ]),
    ...(withText && records !== undefined ? ['', visible(records)] : []),
  ].join('\n')
}
