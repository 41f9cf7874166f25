/** `salp tasks`: what is to be done. */

import type { Task } from '@salp/agent'
import { Command, Option } from 'commander'
import { UsageError } from '../cli-errors.js'
import type { Api, TaskChange } from '../client/api.js'
import { type Invocation, print, withNode } from '../invocation.js'
import { renderTask, renderTasks } from '../render/tasks.js'
import { examples, type ToAction } from './action.js'
import { integerFrom, taskId, taskIds } from './values.js'

const statuses = ['open', 'in_progress', 'done', 'abandoned']
const nothing = { open: 'No open tasks', done: 'No finished tasks', all: 'No tasks' } as const

/** Creates the command. */
export function tasksCommand(toAction: ToAction): Command {
  const tasks = new Command('tasks').description('list, add and finish tasks of the agent')
  tasks
    .command('list', { isDefault: true })
    .description('open tasks')
    .addOption(new Option('--done', 'finished ones instead').conflicts('all'))
    .option('--all', 'every one')
    .action(
      toAction((invocation, { done, all }: { done?: true; all?: true }) =>
        withNode(invocation, async ({ api }) => {
          const status = all ? 'all' : done ? 'done' : 'open'
          print(
            invocation,
            await api.tasks(status),
            (found, style) => renderTasks(found.tasks, style) || nothing[status],
          )
        }),
      ),
    )
  tasks
    .command('add')
    .description('add a task')
    .argument('<title...>', 'what is to be done')
    .option('--notes <text>', 'more about it')
    .option('-p, --priority <number>', 'higher comes first', integerFrom(-1_000))
    .action(
      toAction((invocation, words: string[], options: { notes?: string; priority?: number }) =>
        withNode(invocation, async ({ api }) =>
          print(invocation, await api.createTask({ ...options, title: words.join(' ') }), renderTask),
        ),
      ),
    )
  for (const [name, about, status] of [
    ['done', 'finish tasks', 'done'],
    ['drop', 'give tasks up', 'abandoned'],
  ] as const) {
    tasks
      .command(name)
      .description(about)
      .argument('<number...>', 'numbers, as list shows them', taskIds)
      .action(
        toAction((invocation, ids: number[]) =>
          withNode(invocation, ({ api }) => changeAll(invocation, api, ids, { status })),
        ),
      )
  }
  tasks
    .command('edit')
    .description('change a task')
    .argument('<number>', 'its number', taskId)
    .option('--title <text>', 'a new title')
    .option('--notes <text>', 'new notes')
    .option('-p, --priority <number>', 'a new priority', integerFrom(-1_000))
    .addOption(new Option('--status <status>', 'a new status').choices(statuses))
    .action(
      toAction((invocation, id: number, change: TaskChange) => {
        if (Object.keys(change).length === 0)
          throw new UsageError('Say what to change: --title, --notes, --priority or --status')
        return withNode(invocation, async ({ api }) => print(invocation, await api.changeTask(id, change), renderTask))
      }),
    )
  return tasks.addHelpText(
    'after',
    examples(
      ['salp tasks', 'open tasks'],
      ['salp tasks add review the README --priority 2', 'a new one'],
      ['salp tasks done 3 4', 'finish two'],
      ['salp tasks edit 3 --status in_progress', 'take it up'],
    ),
  )
}

async function changeAll(invocation: Invocation, api: Api, ids: readonly number[], change: TaskChange): Promise<void> {
  const tasks: Task[] = []
  for (const id of ids) tasks.push(await api.changeTask(id, change))
  print(invocation, { tasks }, (changed, style) => renderTasks(changed.tasks, style))
}
