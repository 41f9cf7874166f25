/** `salp tasks`: what is to be done. */

import { resolve } from 'node:path'
import type { Task, WorkOrder } from '@salp/agent'
import { Command, Option } from 'commander'
import { UsageError } from '../cli-errors.js'
import type { Api, TaskChange } from '../client/api.js'
import { type Invocation, print, withNode } from '../invocation.js'
import { renderTask, renderTasks, renderWork } from '../render/tasks.js'
import { examples, type ToAction } from './action.js'
import { collect, dollars, integerFrom, taskId, taskIds } from './values.js'

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
          const [{ tasks: listed }, { work }] = await Promise.all([api.tasks(status), api.work()])
          print(
            invocation,
            { tasks: listed, work: work.filter(({ taskId: id }) => listed.some((task) => task.id === id)) },
            (found, style) => renderTasks(found.tasks, style, found.work) || nothing[status],
          )
        }),
      ),
    )
  const add = tasks
    .command('add')
    .description('add a task')
    .argument('<title...>', 'what is to be done')
    .option('--notes <text>', 'more about it')
    .option('-p, --priority <number>', 'higher comes first', integerFrom(-1_000))
    .option('--verify <command>', 'has the agent do it alone, until each such command exits with 0', collect)
    .action(
      toAction((invocation, words: string[], { notes, priority, verify, ...rest }: AddOptions) => {
        if (verify === undefined && Object.keys(rest).length > 0)
          throw new UsageError('Say what shows that it is done: --verify "npm test"')
        return withNode(invocation, async ({ api }) => {
          const task = await api.createTask({ title: words.join(' '), notes, priority })
          if (verify === undefined) return print(invocation, task, renderTask)
          const work = await api.startWork(task.id, orderOf(invocation, { verify, ...rest }))
          print(invocation, { ...task, work }, (added, style) => renderTasks([added], style, [added.work]))
        })
      }),
    )
  const alone = tasks
    .command('do')
    .description('have the agent do a task alone, on a branch of its own')
    .argument('<number>', 'its number', taskId)
    .requiredOption('--verify <command>', 'it is done when each such command exits with 0 in a clean copy', collect)
    .action(
      toAction((invocation, id: number, options: WorkOptions) =>
        withNode(invocation, async ({ api }) =>
          print(invocation, await api.startWork(id, orderOf(invocation, options)), renderWork),
        ),
      ),
    )
  for (const command of [add, alone]) for (const option of workOptions()) command.addOption(option)
  tasks
    .command('show')
    .description('how the work on a task goes, and what was checked')
    .argument('<number>', 'its number', taskId)
    .action(
      toAction((invocation, id: number) =>
        withNode(invocation, async ({ api }) => print(invocation, await api.taskWork(id), renderWork)),
      ),
    )
  tasks
    .command('stop')
    .description('end the work on a task; what was made stays on its branch')
    .argument('<number>', 'its number', taskId)
    .action(
      toAction((invocation, id: number) =>
        withNode(invocation, async ({ api }) => print(invocation, await api.stopWork(id), renderWork)),
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
      ['salp tasks add mend the parser --verify "npm test"', 'one that the agent does alone'],
      ['salp tasks do 3 --verify "npm test" --accept "the API stays as it is"', 'with what a second model judges'],
      ['salp tasks show 3', 'how that goes'],
      ['salp tasks done 3 4', 'finish two'],
      ['salp tasks edit 3 --status in_progress', 'take it up'],
    ),
  )
}

/** What is typed of work that is done alone. */
interface WorkOptions {
  readonly verify: string[]
  readonly folder?: string
  readonly after?: number[]
  readonly accept?: string[]
  readonly plan?: string[]
  readonly risk?: string[]
  readonly context?: string
  readonly review?: NonNullable<WorkOrder['review']>
  readonly turns?: number
  readonly minutes?: number
  readonly tokens?: number
  readonly dollars?: number
  readonly calls?: number
}

type AddOptions = Partial<WorkOptions> & { readonly notes?: string; readonly priority?: number }

function workOptions(): Option[] {
  const several = (flags: string, about: string): Option => new Option(flags, about).argParser(collect)
  const number = (flags: string, about: string): Option => new Option(flags, about).argParser(integerFrom(1))
  return [
    new Option('--folder <path>', "git repository to work on; the agent's folder where it is absent"),
    new Option('--after <number>', 'waits for this task').argParser(taskIds),
    several('--accept <words>', 'what else has to hold; a second model judges it where there is one'),
    new Option('--review <how>', 'whether it does').choices(['auto', 'required', 'off']),
    several('--plan <step>', 'how to go about it, step by step'),
    several('--risk <words>', 'what to take care of'),
    new Option('--context <text>', 'what there is to know'),
    number('--turns <count>', 'turns at most'),
    number('--minutes <count>', 'minutes at most'),
    number('--tokens <count>', 'tokens at most'),
    new Option('--dollars <amount>', 'US dollars at most').argParser(dollars),
    number('--calls <count>', 'calls of tools at most'),
  ]
}

function orderOf({ io }: Invocation, typed: WorkOptions): WorkOrder {
  const { verify, folder, after, accept, plan, risk, context, review, turns, minutes, tokens, calls } = typed
  const given: Partial<WorkOrder> = {
    ...{ after, plan, context, review, acceptance: accept, risks: risk, maxRounds: turns, maxMinutes: minutes },
    ...{ maxTokens: tokens, maxCostUsd: typed.dollars, maxCalls: calls },
    folder: folder === undefined ? undefined : resolve(io.folder, folder),
  }
  return { verify, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) }
}

async function changeAll(invocation: Invocation, api: Api, ids: readonly number[], change: TaskChange): Promise<void> {
  const tasks: Task[] = []
  for (const id of ids) tasks.push(await api.changeTask(id, change))
  print(invocation, { tasks }, (changed, style) => renderTasks(changed.tasks, style))
}
