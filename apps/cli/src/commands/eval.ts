/** `salp eval`: property cases, tried on a real agent. */

import { Command } from 'commander'
import { exitCodes } from '../exit-codes.js'
import { print } from '../invocation.js'
import { examples, type ToAction } from './action.js'
import { collect, integerFrom, percentFrom } from './values.js'

interface RunOptions {
  readonly cases?: string
  readonly only?: readonly string[]
  readonly limit?: number
  readonly repeats: number
  readonly reflex?: boolean
  readonly set?: readonly string[]
  readonly against?: string
  readonly least: number
}

/** Creates the command. */
export function evalCommand(toAction: ToAction): Command {
  const evaluate = new Command('eval').description('cases with properties, tried on a real agent')
  evaluate
    .command('run')
    .description('try cases, each with an agent of its own; the same command goes on with a run that was cut off')
    .option(
      '--cases <folder>',
      'JSON files, each a list of cases; default: those of the clone that the program runs from',
    )
    .option('--only <names>', 'ids or categories, such as memory,tu-negation', names)
    .option('--limit <count>', 'cases at most, drawn at random', integerFrom(1))
    .option('--repeats <count>', 'trials of each case; noise shows from 2 on', integerFrom(1), 1)
    .option('--reflex', 'without a language model, whatever there is')
    .option('--set <path=value>', 'a setting of the agent, such as agent.taint=false; may be repeated', collect)
    .option('--against <run>', 'fails if it got worse than a run, the "last" one, or a file of eval show --json')
    .option('--least <percent>', 'fails if fewer of the trials pass, where --against is not given', percentFrom(0), 0)
    .action(
      toAction(
        async (invocation, { cases, against, least, reflex = false, set = [], only, limit, repeats }: RunOptions) => {
          const [{ fixturesFolder }, { runEval }, { reportSuite }] = await Promise.all([
            import('../fixtures-folder.js'),
            import('../eval/run-eval.js'),
            import('@salp/eval'),
          ])
          const [{ renderSuite }, { compareSuites, findBaseline, shownSuite, withSuiteRuns }] = await loadViews()
          const { io, home } = invocation
          const folder = fixturesFolder('cases', cases, { folder: io.folder })
          return withSuiteRuns(home, async (history) => {
            // What is missing is said before the work, not after it.
            if (against !== undefined) findBaseline(history, against, io)
            const { id } = await runEval(invocation, history, {
              ...{ cases: folder, only, limit, repeats, reflex, settings: set },
            })
            const shown = shownSuite(history, id)
            const baseline = against === undefined ? undefined : findBaseline(history, against, { ...io, before: id })
            const regression = baseline && compareSuites(baseline.results, shown.results)
            const { ok } = reportSuite(shown.results, { least: least / 100, regression })
            print(invocation, { ...shown, regression, ok }, (_, style) =>
              renderSuite(shown, style, { regression, against: baseline?.name }),
            )
            return ok ? exitCodes.done : exitCodes.failed
          })
        },
      ),
    )
  evaluate
    .command('history')
    .description('runs, newest first')
    .option('--limit <count>', 'runs at most', integerFrom(1), 20)
    .action(
      toAction(async (invocation, { limit }: { limit: number }) => {
        const [{ renderSuites }, { shownSuite, withSuiteRuns }] = await loadViews()
        await withSuiteRuns(invocation.home, (history) =>
          print(
            invocation,
            history.runs({ limit }).map(({ id }) => shownSuite(history, id)),
            (runs, style) => renderSuites(runs, style, invocation.io.clock.now()),
          ),
        )
      }),
    )
  evaluate
    .command('show')
    .description('a run: what passed, what failed and why; --json has every turn')
    .argument('<run>')
    .action(
      toAction(async (invocation, id: string) => {
        const [{ renderSuite }, { shownSuite, withSuiteRuns }] = await loadViews()
        await withSuiteRuns(invocation.home, (history) =>
          print(invocation, shownSuite(history, id), (shown, style) => renderSuite(shown, style)),
        )
      }),
    )
  evaluate
    .command('compare')
    .description('whether a run is worse or better than another, beyond noise; fails if it is worse')
    .argument('<earlier>', 'a run, "last", or a file of eval show --json')
    .argument('<later>', 'a run')
    .action(
      toAction(async (invocation, earlier: string, later: string) => {
        const [{ renderSuite }, { compareSuites, findBaseline, shownSuite, withSuiteRuns }] = await loadViews()
        return withSuiteRuns(invocation.home, (history) => {
          const shown = shownSuite(history, later)
          const { name, results } = findBaseline(history, earlier, { ...invocation.io, before: later })
          const regression = compareSuites(results, shown.results)
          print(invocation, regression, (_, style) => renderSuite(shown, style, { regression, against: name }))
          return regression.verdict === 'worse' ? exitCodes.failed : exitCodes.done
        })
      }),
    )
  evaluate
    .command('report')
    .description('a run as a page in Markdown')
    .argument('<run>')
    .action(
      toAction(async (invocation, id: string) => {
        const [{ suiteMarkdown }, { shownSuite, withSuiteRuns }] = await loadViews()
        await withSuiteRuns(invocation.home, (history) => {
          invocation.io.stdout.write(suiteMarkdown(shownSuite(history, id)))
        })
      }),
    )
  return evaluate.addHelpText(
    'after',
    `
Agents that are tried have your model and manner (the settings model, agent and memory), and nothing else of yours: no
memory, money, servers of tools, notes or rules of policy.yaml. Calls are approved or denied as the case says; those of high risk are denied always.
${examples(
  ['salp eval run --reflex', 'what passes without a language model'],
  ['salp eval run --only safety,injection --repeats 3', 'some of it, more surely'],
  ['salp eval run --against last', 'for CI: exit code 1 if it got worse by more than noise'],
  ['salp eval show 3 --json > baseline.json', 'keep a run with the code: --against baseline.json'],
)}`,
  )
}

const loadViews = () => Promise.all([import('../render/eval.js'), import('../eval/suite-runs.js')])

function names(text: string): string[] {
  return text.split(',').map((name) => name.trim())
}
