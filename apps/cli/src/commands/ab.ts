/** `salp ab`: measuring what helps. */

import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Study } from '@salp/eval'
import { Command } from 'commander'
import { runGym } from '../ab/run-gym.js'
import { exitCodes } from '../exit-codes.js'
import { type Invocation, note, print } from '../invocation.js'
import { examples, type ToAction } from './action.js'
import { collect, integerFrom, percentFrom } from './values.js'

interface GymOptions {
  readonly report?: true
  // Left out, each is as published.
  readonly seed?: number
  readonly heldOut?: number
  readonly development?: number
  readonly factorial?: number
  readonly out?: string
}

interface StudyOptions {
  readonly cases?: string
  readonly reflex?: boolean
  readonly set?: readonly string[]
}

/** Where the part of the report ends that tells whether the substrate earns its keep. */
const summaryEnd = '\n## Modules, switched alone'

/** Creates the command. */
export function abCommand(toAction: ToAction): Command {
  const ab = new Command('ab').description('measure what helps: experiments that can be repeated')
  ab.command('gym')
    .description('the substrate in simulated worlds, against loops without it; takes some minutes')
    .option('--report', 'print the whole report, as it is published in docs/results/gym.md')
    .option('--seed <number>', 'where the seeds of the worlds begin', integerFrom(0))
    .option('--held-out <worlds>', 'worlds that judge', integerFrom(17))
    .option('--development <worlds>', 'worlds on which modules are decided upon', integerFrom(17))
    .option('--factorial <worlds>', 'worlds of the factorial design', integerFrom(1))
    .option('-o, --out <file>', 'write the whole report to a file too')
    .action(
      toAction(async (invocation, { report: whole, out, ...options }: GymOptions) => {
        const { io, json, signal, statusLine } = invocation
        const startedAt = io.clock.monotonic()
        const report = await runGym(options, {
          signal,
          onStep: (step) => {
            const seconds = Math.round((io.clock.monotonic() - startedAt) / 1_000)
            statusLine.show(`${step} (${seconds} s)`)
          },
        })
        statusLine.clear()
        if (out !== undefined) {
          await writeFile(resolve(io.folder, out), report)
          note(invocation, `Wrote ${out}`)
        }
        if (json) io.stdout.write(`${JSON.stringify({ ...options, report }, null, 2)}\n`)
        else io.stdout.write(whole ? report : report.slice(0, report.indexOf(summaryEnd)))
      }),
    )
  ab.command('seal')
    .description('check a plan and seal it with its hash, before the first trial; says what so many tasks can show')
    .argument('<file>', 'JSON, as below')
    .option('--discordant <percent>', 'of the tasks that come out differently with and without', percentFrom(1), 25)
    .action(
      toAction(async (invocation, file: string, { discordant }: { discordant: number }) => {
        const { sealFile, whatItShows } = await import('../ab/seal-file.js')
        const sealed = await sealFile(invocation.io, file)
        invocation.io.stdout.write(`${JSON.stringify({ type: 'plan', ...sealed })}\n`)
        if (!invocation.json) note(invocation, whatItShows(sealed, discordant / 100))
      }),
    )
  ab.command('run')
    .description(
      'do a study on a real agent: tasks are property cases, factors are settings; goes on where its record ends',
    )
    .argument('<plan>', 'JSON')
    .argument('<record>', 'JSON Lines, made or gone on with')
    .option('--cases <folder>', 'where the cases lie; default: those of the clone that the program runs from')
    .option('--reflex', 'without a language model, whatever there is')
    .option('--set <path=value>', 'a setting of the agent in all cells; may be repeated', collect)
    .action(
      toAction(async (invocation, plan: string, record: string, { cases, reflex = false, set = [] }: StudyOptions) => {
        const [{ fixturesFolder }, { runStudy }, { sealFile }] = await Promise.all([
          import('../fixtures-folder.js'),
          import('../ab/run-study.js'),
          import('../ab/seal-file.js'),
        ])
        const { io } = invocation
        const sealed = await sealFile(io, plan)
        const folder = fixturesFolder('cases', cases, { folder: io.folder })
        const request = { sealed, record, cases: folder, reflex, settings: set }
        const { status, study } = await runStudy(invocation, request)
        const ends = {
          completed: 'It was done to its end',
          stopped: 'It was clear before its end',
          'called-off': 'It was called off: the control differs from itself',
        }
        if (!invocation.json) note(invocation, ends[status])
        await printAnalysis(invocation, study)
        return status === 'called-off' ? exitCodes.failed : exitCodes.done
      }),
    )
  ab.command('report')
    .description('what the record of a study says, derived again from its raw lines')
    .argument('<file>', 'JSON Lines, the plan first')
    .option('--html <file>', 'write a page with plots too')
    .action(
      toAction(async (invocation, file: string, { html }: { html?: string }) => {
        const { parseStudy } = await import('@salp/eval')
        const study = await parseStudy(await readFile(resolve(invocation.io.folder, file), 'utf8'))
        await printAnalysis(invocation, study, html)
      }),
    )
  ab.command('published')
    .description('what an earlier system published, computed again from its counts, and which claims hold')
    .action(
      toAction(async ({ io }) => {
        const { publishedClaims } = await import('@salp/eval')
        io.stdout.write(publishedClaims())
      }),
    )
  return ab.addHelpText(
    'after',
    `
A plan, for "run": { "study", "question", "hypothesis", "factors": [{ "name": "agent.taint", "levels": ["true", "false"] }],
  "tasks": [ids of cases], "seeds": ["1"], "primary": { "factor": "agent.taint", "axis": "correct" }, "controlMargin": 0.1,
  "looks": [1] or "any", "alpha": 0.05, "exclusions": 0.1, "judges": ["properties"] }
The first level is what the others are held against. Each trial has an agent of its own, as in "salp eval run".
${examples(
  ['salp ab seal plan.json > study.jsonl', 'write down what is asked before it is answered'],
  ['salp ab run plan.json study.jsonl', 'each case with and without, and twice the same as the control'],
  ['salp ab report study.jsonl --html study.html', 'the differences that the plan asked for, and a page of them'],
  ['salp ab published', 'the tables of an earlier system, and which of its claims hold'],
  ['salp ab gym --report', 'the published report, byte for byte'],
  ['salp ab gym --seed 2', 'the same questions in other worlds'],
  ['salp ab gym --held-out 34 --development 34 --factorial 2', 'a quick look, with wide intervals'],
)}`,
  )
}

/** Prints what a study says, and writes a page of it where that is asked for. */
async function printAnalysis(invocation: Invocation, study: Study, html?: string): Promise<void> {
  const [{ analyseStudy, reportHtml }, { renderAnalysis }] = await Promise.all([
    import('@salp/eval'),
    import('../render/ab.js'),
  ])
  const analysis = analyseStudy(study)
  if (html !== undefined) {
    await writeFile(resolve(invocation.io.folder, html), reportHtml(analysis))
    note(invocation, `Wrote ${html}`)
  }
  const { study: _, ...found } = analysis
  print(invocation, { plan: study.plan, sha256: study.sha256, ...found }, (_, style) => renderAnalysis(analysis, style))
}
