/** `salp models`: the nets that an agent trains on its own experience. */

import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Argument, Command } from 'commander'
import { UsageError } from '../cli-errors.js'
import { note, print } from '../invocation.js'
import { showInterval } from '../nets/interval.js'
import { type NetName, netNames as names } from '../nets/names.js'
import { ago } from '../render/time.js'
import { examples, type ToAction } from './action.js'
import { collect, integerFrom } from './values.js'

const nameArgument = (): Argument => new Argument('<net>', 'which one').choices(names)
const simulatedOption = ['--simulated', 'add made-up experience of small worlds; the cards say so'] as const

interface DataOptions {
  readonly simulated?: boolean
}

/** Creates the command. */
export function modelsCommand(toAction: ToAction): Command {
  const models = new Command('models').description('neural nets of the agent: train them, look at them, carry them')
  models
    .command('list')
    .description('the nets, and what is in use')
    .action(
      toAction(async (invocation) => {
        const { io, home } = invocation
        const { openLab } = await import('../nets/lab.js')
        const lab = openLab(home, io.clock)
        const rows = await Promise.all(names.map((name) => lab.standing(name)))
        print(invocation, rows, (all, { paint }) =>
          all
            .map(({ name, parameters, current, adopted, gain, at }) =>
              current === 0
                ? `${paint.bold(name.padEnd(8))} ${paint.dim(parameters === undefined ? 'not trained yet' : `${parameters} weights, not trained yet`)}`
                : `${paint.bold(name.padEnd(8))} ${parameters} weights, version ${current} of ${adopted}, adopted ${ago(at ?? 0, io.clock.now())}, better by ${gain && showInterval(gain)}`,
            )
            .join('\n'),
        )
      }),
    )
  models
    .command('train')
    .description('train nets on experience; new weights are adopted only if they win on data they never saw')
    .argument('[nets...]', 'which ones')
    .option('--all', 'all of them')
    .option('--minutes <count>', 'time for all together', integerFrom(1), 10)
    .option('--seed <number>', 'of weights, order and dropout', integerFrom(0), 1)
    .option(
      '--code <folder>',
      'code of yours for the unified net, a folder with a package.json; may be repeated',
      collect,
    )
    .option(...simulatedOption)
    .action(
      toAction(
        async (
          invocation,
          asked: string[],
          options: DataOptions & { all?: true; minutes: number; seed: number; code?: string[] },
        ) => {
          const chosen = options.all === true ? [...names] : asked.map(netName)
          if (chosen.length === 0) throw new UsageError('Cannot train nothing: name nets, or --all')
          const [{ openLab }, { renderTrained, trainNets }] = await Promise.all([
            import('../nets/lab.js'),
            import('../nets/train-nets.js'),
          ])
          const { io, home, json, styles } = invocation
          const lab = openLab(home, io.clock)
          const { minutes, seed, simulated = false } = options
          const code = options.code?.map((folder) => resolve(io.folder, folder))
          const trained: unknown[] = []
          await trainNets(
            invocation,
            lab,
            { names: chosen, simulated, code, budgetMs: minutes * 60_000, seed },
            (one) => {
              trained.push(one)
              if (!json) io.stdout.write(`${renderTrained(one, styles.stdout)}\n`)
            },
          )
          if (json) io.stdout.write(`${JSON.stringify(trained, null, 2)}\n`)
        },
      ),
    )
  models
    .command('eval')
    .description('measure what is in use against its baseline, on data it never saw')
    .addArgument(nameArgument())
    .option(...simulatedOption)
    .action(
      toAction(async (invocation, name: NetName, { simulated = false }: DataOptions) => {
        const [{ openLab }, { evaluateNet }] = await Promise.all([
          import('../nets/lab.js'),
          import('../nets/evaluate-net.js'),
        ])
        const { io, home, signal } = invocation
        const lesson = await openLab(home, io.clock).lesson(name, { simulated, signal })
        const weights = await lesson.store.current()
        if (weights === undefined) throw new UsageError(`Cannot measure "${name}": nothing is in use. Train it first`)
        print(invocation, await evaluateNet(lesson, weights), ({ metric, net, baseline, gain }) =>
          [metric, `net ${net}`, `${baseline.name} ${baseline.error}`, `gain ${gain}`].join('\n'),
        )
      }),
    )
  models
    .command('export')
    .description('write what is in use to a file: .onnx answers in any runtime, .safetensors can be imported')
    .addArgument(nameArgument())
    .argument('<file>', 'ends in .onnx or .safetensors')
    .action(
      toAction(async (invocation, name: NetName, file: string) => {
        const { io, home, signal } = invocation
        const { openLab } = await import('../nets/lab.js')
        const { exportInference, encodeWeights } = await import('@salp/models/nets')
        const found = await openLab(home, io.clock).inUse(name, signal)
        if (found === undefined) throw new UsageError(`Cannot export "${name}": nothing is in use. Train it first`)
        const { task, weights } = found
        if (!/\.(?:onnx|safetensors)$/.test(file)) throw new UsageError(`Cannot tell the format of "${file}"`)
        const bytes = file.endsWith('.onnx')
          ? exportInference(task.net, weights.flat, { sizes: { ...task.sizes, batch: 1 }, metadata: { net: name } })
          : await encodeWeights(task.net, weights.flat, weights)
        await writeFile(resolve(io.folder, file), bytes)
        note(invocation, `Wrote ${file}, ${bytes.length} bytes`)
      }),
    )
  models
    .command('import')
    .description('offer weights from a file; they are adopted only if they win on data of this agent')
    .addArgument(nameArgument())
    .argument('<file>', 'a .safetensors file of this net')
    .option(...simulatedOption)
    .action(
      toAction(async (invocation, name: NetName, file: string, { simulated = false }: DataOptions) => {
        const [{ openLab }, { offerWeights }] = await Promise.all([
          import('../nets/lab.js'),
          import('../nets/evaluate-net.js'),
        ])
        const { io, home, signal } = invocation
        const lesson = await openLab(home, io.clock).lesson(name, { simulated, signal })
        const offered = await offerWeights(lesson, resolve(io.folder, file))
        print(invocation, offered, ({ outcome, gain }) =>
          outcome === 'adopted' ? `Adopted: better by ${gain}` : `Refused: gain ${gain}; what was in use stays`,
        )
      }),
    )
  models
    .command('rollback')
    .description('go back to the weights adopted before those in use')
    .addArgument(nameArgument())
    .action(
      toAction(async (invocation, name: NetName) => {
        const { rollBackAdoption } = await import('@salp/models/nets/node')
        const { openLab } = await import('../nets/lab.js')
        const folder = openLab(invocation.home, invocation.io.clock).folderOf(name)
        print(invocation, { current: await rollBackAdoption(folder) }, ({ current }) =>
          current === 0 ? 'No weights are in use any more' : `Version ${current} is in use`,
        )
      }),
    )
  return models.addHelpText(
    'after',
    examples(
      ['salp models train --all --minutes 10 --simulated', 'every net, on made-up experience too'],
      ['salp models train brain', 'one net, on what this agent went through'],
      ['salp models export brain brain.onnx', 'for a browser, or any other runtime'],
    ),
  )
}

function netName(word: string): NetName {
  const found = names.find((name) => name === word)
  if (found === undefined) throw new UsageError(`There is no net "${word}": there are ${names.join(', ')}`)
  return found
}
