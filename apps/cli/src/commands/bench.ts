/** `salp bench`: problems with hidden tests, and what a solver makes of them. */

import { Command, InvalidArgumentError, Option } from 'commander'
import type { BenchRequest } from '../bench/run-bench.js'
import { modelSolvers } from '../bench/solver-names.js'
import { UsageError } from '../cli-errors.js'
import { print } from '../invocation.js'
import { examples, type ToAction } from './action.js'
import { integerFrom } from './values.js'

interface RunOptions {
  readonly tier: readonly number[]
  readonly half: BenchRequest['half']
  readonly budget: number
  readonly seed: number
  readonly attempts: number
  readonly solver?: NonNullable<BenchRequest['solver']>
  readonly model?: string
  readonly modelUrl?: string
  readonly tries: number
  readonly learn?: boolean
  readonly rounds: number
  readonly limit?: number
  readonly problems?: string
}

/** Creates the command. */
export function benchCommand(toAction: ToAction): Command {
  const bench = new Command('bench').description('the coding benchmark: problems with hidden tests, by tier')
  bench
    .command('run')
    .description('let a solver try problems; the same command goes on with a run that was cut off')
    .option('--tier <numbers>', 'such as 0,1', tiers, [0, 1])
    .addOption(
      new Option('--half <half>', 'train is what may be learnt from').choices(['train', 'test', 'all']).default('test'),
    )
    .option('--budget <candidates>', 'programs to try for each problem', integerFrom(1), 200_000)
    .option('--seed <number>', 'of the search, the sample and the lesson', integerFrom(0), 0)
    .option('--attempts <count>', 'answers to each problem; the first is pass@1', integerFrom(1), 1)
    .addOption(
      new Option('--solver <name>', 'default: synthesizer, with what it learnt, if it learnt anything').choices([
        'synthesizer',
        'synthesizer-untrained',
        ...modelSolvers,
      ]),
    )
    .option(
      '--model <name>',
      'the language model that a solver asks; default: as the settings have it, or what is found',
    )
    .option('--model-url <url>', 'an OpenAI-compatible endpoint that has it')
    .option('--tries <count>', 'of a model: repairs after the first answer, samples, or sketches', integerFrom(1), 3)
    .option('--learn', 'learn first, on the training half of tier 0, with the same budget; kept in the home folder')
    .option('--rounds <count>', 'of learning', integerFrom(1), 3)
    .option('--limit <count>', 'problems at most, drawn at random', integerFrom(1))
    .option('--problems <folder>', 'default: those of the clone that the program runs from')
    .action(
      toAction(
        async (
          invocation,
          { tier, learn = false, problems, solver, limit, model, modelUrl, ...options }: RunOptions,
        ) => {
          const [{ fixturesFolder }, { runBench }] = await Promise.all([
            import('../fixtures-folder.js'),
            import('../bench/run-bench.js'),
          ])
          const [{ renderRun }, { shownRun, withBenchHistory }] = await loadViews()
          const { io, home } = invocation
          const folder = fixturesFolder('problems', problems, { folder: io.folder })
          await withBenchHistory(home, async (history) => {
            const request = { ...options, tiers: tier, learn, problems: folder, solver, limit, model, modelUrl }
            const { id } = await runBench(invocation, history, request)
            print(invocation, shownRun(history, id), renderRun)
          })
        },
      ),
    )
  bench
    .command('history')
    .description('runs, newest first')
    .option('--limit <count>', 'runs at most', integerFrom(1), 20)
    .action(
      toAction(async (invocation, { limit }: { limit: number }) => {
        const [{ renderHistory }, { shownRun, withBenchHistory }] = await loadViews()
        await withBenchHistory(invocation.home, (history) =>
          print(
            invocation,
            history.runs({ limit }).map(({ id }) => shownRun(history, id)),
            (runs, style) => renderHistory(runs, style, invocation.io.clock.now()),
          ),
        )
      }),
    )
  bench
    .command('show')
    .description('a run by its number, or by its name a problem with what was answered')
    .argument('<run or problem>')
    .action(
      toAction(async (invocation, asked: string) => {
        const [{ renderAttempts, renderResults, renderRun }, { shownRun, withBenchHistory }] = await loadViews()
        await withBenchHistory(invocation.home, (history) => {
          if (history.run(asked) !== undefined) {
            print(invocation, shownRun(history, asked), (shown, style) =>
              [renderRun(shown, style), '', renderResults(shown.results, style)].join('\n'),
            )
            return
          }
          const tried = history.runs().flatMap((run) => {
            const result = history.results(run.id).find(({ problem }) => problem === asked)
            return result === undefined ? [] : [{ run, result }]
          })
          if (tried.length === 0)
            throw new UsageError(`There is no run "${asked}", and no run tried a problem of that name`)
          print(invocation, tried, (all, style) =>
            all.map(({ run, result }) => renderAttempts(run, result, style)).join('\n\n'),
          )
        })
      }),
    )
  bench
    .command('compare')
    .description('two runs, problem by problem')
    .argument('<earlier>')
    .argument('<later>')
    .action(
      toAction(async (invocation, earlier: string, later: string) => {
        const [{ renderComparison }, { compareShown, shownRun, withBenchHistory }] = await loadViews()
        await withBenchHistory(invocation.home, (history) =>
          print(invocation, compareShown(shownRun(history, earlier), shownRun(history, later)), renderComparison),
        )
      }),
    )
  bench
    .command('report')
    .description('a run as a page in Markdown')
    .argument('<run>')
    .option('--against <run>', 'a run to hold it against')
    .action(
      toAction(async (invocation, id: string, { against }: { against?: string }) => {
        const [{ benchMarkdown }, { compareShown, shownRun, withBenchHistory }] = await loadViews()
        await withBenchHistory(invocation.home, (history) => {
          const shown = shownRun(history, id)
          const baseline = against === undefined ? undefined : shownRun(history, against)
          invocation.io.stdout.write(
            benchMarkdown(shown, baseline && { ...baseline, ...compareShown(baseline, shown) }),
          )
        })
      }),
    )
  return bench.addHelpText(
    'after',
    examples(
      ['salp bench run --tier 0,1 --learn', 'learn on one half, be measured on the other'],
      ['salp bench run --tier 0 --limit 20 --solver synthesizer-untrained', 'a quick look'],
      [
        'salp bench run --tier 2 --solver repair --model-url http://127.0.0.1:11434/v1',
        'a language model, with repairs',
      ],
      ['salp bench history', 'what was better when'],
      ['salp bench compare 1 2', 'whether run 2 is better than run 1'],
    ),
  )
}

const loadViews = () => Promise.all([import('../render/bench.js'), import('../bench/history.js')])

function tiers(text: string): number[] {
  if (!/^[0-6](?:,[0-6])*$/.test(text)) throw new InvalidArgumentError('Expected tiers from 0 to 6, such as 0,1.')
  return [...new Set(text.split(',').map(Number))]
}
