/** `salp routines` and `salp briefing`: what the agent does by itself, and what it tells of. */

import { resolve } from 'node:path'
import type { RoutineInput, Trigger } from '@salp/agent'
import { Command, Option } from 'commander'
import { UsageError } from '../cli-errors.js'
import { type Invocation, print, withNode } from '../invocation.js'
import { createMarkdownStream } from '../render/markdown.js'
import { renderRoutine, renderRoutines, renderRuns } from '../render/routines.js'
import { visible } from '../render/visible.js'
import { examples, type ToAction } from './action.js'
import { collect, integerFrom, moment, taskId } from './values.js'

/** Creates `salp routines`. */
export function routinesCommand(toAction: ToAction): Command {
  const routines = new Command('routines').description('what the agent does by itself, at times and upon news')
  routines
    .command('list', { isDefault: true })
    .description('every one, and when it is due next')
    .action(
      toAction((invocation) =>
        withNode(invocation, async ({ api }) =>
          print(
            invocation,
            await api.routines.list(),
            (found, style) => renderRoutines(found.routines, style) || 'Nothing is done by itself',
          ),
        ),
      ),
    )
  routines
    .command('add')
    .description('have something done by itself')
    .argument('<text...>', 'what the agent is told then, or the title of a task or briefing')
    .option('--title <text>', 'what it is called')
    .option('--cron <fields>', 'minute, hour, day, month and weekday, such as "30 7 * * 1-5"')
    .option('--timezone <zone>', 'of these, such as Europe/Zurich')
    .option('--every <minutes>', 'again and again', integerFrom(1))
    .option('--at <moment>', 'once, such as 2026-12-24T18:00', moment)
    .option('--files <folder>', 'when files in it change')
    .option('--glob <pattern>', 'which of them', '**')
    .option('--feed <url>', 'when an RSS, Atom or JSON feed has something new')
    .option('--webhook', 'when its address is called')
    .option('--minutes <minutes>', 'how often files or a feed are looked at', integerFrom(1))
    .option('--verify <command>', 'a task done alone, until each such command exits with 0', collect)
    .option('--folder <path>', 'git repository that such a task works on')
    .addOption(new Option('--briefing <period>', 'tells what happened').choices(['day', 'week']))
    .option('--skip-missed', 'leaves out what was missed while no node ran')
    .action(
      toAction((invocation, words: string[], options: AddOptions) => {
        const input = inputOf(invocation, words.join(' '), options)
        return withNode(invocation, async ({ api }) =>
          print(invocation, await api.routines.add(input), ({ routine, secret }, style) =>
            secret === undefined
              ? renderRoutine(routine, style)
              : [
                  renderRoutine(routine, style),
                  `   POST ${api.url}/api/hooks/${routine.id}`,
                  `   secret ${secret}`,
                  style.paint.dim(
                    '   It is not shown again. Senders sign with it (X-Hub-Signature-256) or send it as a bearer token.',
                  ),
                ].join('\n'),
          ),
        )
      }),
    )
  routines
    .command('show')
    .description('one, and the times that it was due')
    .argument('<number>', 'its number', taskId)
    .action(
      toAction((invocation, id: number) =>
        withNode(invocation, async ({ api }) => print(invocation, await api.routines.get(id), renderRuns)),
      ),
    )
  for (const [name, about, enabled] of [
    ['rest', 'let one rest', false],
    ['wake', 'have one done again', true],
  ] as const) {
    routines
      .command(name)
      .description(about)
      .argument('<number>', 'its number', taskId)
      .action(
        toAction((invocation, id: number) =>
          withNode(invocation, async ({ api }) =>
            print(invocation, await api.routines.change(id, { enabled }), renderRoutine),
          ),
        ),
      )
  }
  routines
    .command('run')
    .description('do one now')
    .argument('<number>', 'its number', taskId)
    .action(
      toAction((invocation, id: number) =>
        withNode(invocation, async ({ api }) => {
          await api.routines.run(id)
          print(invocation, await api.routines.get(id), renderRuns)
        }),
      ),
    )
  routines
    .command('remove')
    .description('remove one; what it made stays')
    .argument('<number>', 'its number', taskId)
    .action(
      toAction((invocation, id: number) =>
        withNode(invocation, async ({ api }) => {
          await api.routines.remove(id)
          print(invocation, { removed: id }, () => `Removed #${id}`)
        }),
      ),
    )
  return routines.addHelpText(
    'after',
    examples(
      ['salp routines add "Is anything on fire?" --every 60', 'asked every hour'],
      ['salp routines add Morning --briefing day --cron "30 7 * * 1-5"', 'a briefing before work'],
      ['salp routines add "Sum up what is new" --feed https://example.org/feed', 'a feed followed'],
      ['salp routines add "Mend the build" --verify "npm test" --cron "0 2 * * *"', 'a task each night'],
      ['salp routines add "Look at this issue" --webhook', 'an address that others call'],
      ['salp routines show 2', 'how it went'],
    ),
  )
}

/** Creates `salp briefing`. */
export function briefingCommand(toAction: ToAction): Command {
  return new Command('briefing')
    .description('what happened and what waits, of the last day or week')
    .option('--week', 'of the week')
    .action(
      toAction((invocation, { week }: { week?: true }) =>
        withNode(invocation, async ({ api }) =>
          print(invocation, await api.routines.briefing(week ? 'week' : 'day'), ({ text }, style) => {
            const markdown = createMarkdownStream(style)
            return (markdown.write(visible(text)) + markdown.end()).trimEnd()
          }),
        ),
      ),
    )
}

interface AddOptions {
  readonly title?: string
  readonly cron?: string
  readonly timezone?: string
  readonly every?: number
  readonly at?: number
  readonly files?: string
  readonly glob: string
  readonly feed?: string
  readonly webhook?: true
  readonly minutes?: number
  readonly verify?: string[]
  readonly folder?: string
  readonly briefing?: 'day' | 'week'
  readonly skipMissed?: true
}

function inputOf({ io }: Invocation, text: string, options: AddOptions): RoutineInput {
  const { title = text.slice(0, 200), verify, folder, briefing, skipMissed } = options
  const [trigger, ...others] = triggersOf(options, io.folder)
  if (trigger === undefined || others.length > 0)
    throw new UsageError('Say when, by one of --cron, --every, --at, --files, --feed and --webhook')
  if (verify !== undefined && briefing !== undefined) throw new UsageError('It is either a task or a briefing')
  const order = { verify: verify ?? [], ...(folder !== undefined && { folder: resolve(io.folder, folder) }) }
  return {
    ...{ title, trigger, missed: skipMissed ? 'skip' : 'once' },
    action:
      briefing !== undefined
        ? { type: 'briefing', period: briefing }
        : verify !== undefined
          ? { type: 'task', title: text, order }
          : { type: 'turn', text },
  }
}

function triggersOf(options: AddOptions, from: string): RoutineInput['trigger'][] {
  const { cron, timezone, every, at, files, glob, feed, webhook, minutes } = options
  const often: Partial<Pick<Extract<Trigger, { type: 'feed' }>, 'minutes'>> = minutes === undefined ? {} : { minutes }
  return [
    ...(cron === undefined ? [] : [{ type: 'cron' as const, cron, ...(timezone !== undefined && { timezone }) }]),
    ...(every === undefined ? [] : [{ type: 'every' as const, minutes: every }]),
    ...(at === undefined ? [] : [{ type: 'at' as const, at }]),
    ...(files === undefined ? [] : [{ type: 'files' as const, folder: resolve(from, files), glob, ...often }]),
    ...(feed === undefined ? [] : [{ type: 'feed' as const, url: feed, ...often }]),
    ...(webhook === undefined ? [] : [{ type: 'webhook' as const }]),
  ]
}
