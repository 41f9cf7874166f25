/** The report that decides which modules are on: Markdown, the same bytes for the same seed on every machine. */

import { createRng, type Interval } from '@salp/core'
import { defaultModules } from '../contract.js'
import { hashText } from '../internal/draws.js'
import { fixedThresholds, oracle, plainLoop, usualLoop } from './baselines.js'
import {
  atEqualCost,
  type Effect,
  type EqualCost,
  factorialEffects,
  meanOver,
  runArm,
  singleEffects,
  solvedShares,
  spentShares,
  tunePlainLoop,
} from './experiment.js'
import { families, isHeldOut, worldsOf } from './families.js'
import type { PilotFactory } from './pilot.js'
import type { StreamResult } from './stream.js'
import { type SubstratePilotOptions, substratePilot } from './substrate-pilot.js'
import { forecastFigures } from './tally.js'
import { createWorld, type Ladder, type World } from './world.js'

/** How large the experiment is, in worlds of 60 tasks. */
export interface GymReportOptions {
  /** Where the seeds of the worlds begin. Integer. @defaultValue `1` */
  readonly seed?: number | undefined
  /** Worlds that judge. @defaultValue `204`, twelve of each family */
  readonly heldOut?: number | undefined
  /** Worlds on which modules are decided upon. @defaultValue `400` */
  readonly development?: number | undefined
  /** Worlds of the factorial design, each run 128 times. @defaultValue `40` */
  readonly factorial?: number | undefined
  /** Told what is done, for who waits: the full report takes some minutes. */
  readonly onStep?: ((step: string) => void) | undefined
}

/**
 * Runs the whole experiment and writes it up. Blocks for some minutes; run it in a worker or from a command line.
 *
 * @returns Markdown that ends with a newline.
 */
export function gymReport({
  seed = 1,
  heldOut = 204,
  development = 400,
  factorial = 40,
  onStep = () => undefined,
}: GymReportOptions = {}): string {
  onStep('making worlds')
  const judged = worldsOf('held-out', heldOut, seed).map(createWorld)
  const tuning = worldsOf('development', development, seed).map(createWorld)
  onStep('tuning the plain loop')
  const tuned = tunePlainLoop(tuning)
  onStep('running arms')
  const shipped = runArm(judged, substratePilot())
  const arms: readonly Arm[] = [
    { name: 'no substrate', results: runArm(judged, plainLoop(usualLoop)) },
    { name: `no substrate, best of ${tuned.tried}`, results: runArm(judged, plainLoop(tuned.loop)) },
    { name: 'fixed thresholds', results: runArm(judged, fixedThresholds({ caps: false })) },
    { name: 'fixed thresholds, caps enforced', results: runArm(judged, fixedThresholds({ caps: true })) },
    { name: 'shipped default', results: shipped },
    { name: 'oracle', results: runArm(judged, oracle) },
  ]
  onStep('comparing at equal cost')
  const rivals = arms.slice(0, 4)
  const equal = rivals.map(({ name, results }) => ({ name, ...atEqualCost(judged, substratePilot(), results) }))
  onStep('with less and more money')
  const scales = [0.4, 0.6, 0.8, 1, 1.5, 3]
  const frontier = scales.map((scale): FrontierRow => {
    const purses = judged.map(({ purse }) => scale * purse)
    return {
      scale,
      rival: runArm(judged, plainLoop(tuned.loop), purses),
      ours: runArm(judged, substratePilot(), purses),
    }
  })
  onStep('comparing controllers')
  const learners: readonly (readonly [string, SubstratePilotOptions])[] = [
    ['fixed rules (shipped)', {}],
    ['LinUCB', { modules: { controllers: true }, algorithm: 'linucb' }],
    ['Thompson sampling', { modules: { controllers: true }, algorithm: 'thompson' }],
  ]
  const controllers = learners.map(([name, options]) => ({ name, results: runArm(judged, substratePilot(options)) }))
  onStep('switching modules on development worlds')
  const decided = singleEffects(tuning, runArm(tuning, substratePilot()))
  onStep('switching modules on held-out worlds')
  const confirmed = singleEffects(judged, shipped)
  const crossed = factorialEffects(tuning.slice(0, factorial), (run, of) =>
    onStep(`factorial design ${run + 1} of ${of}`),
  )

  return [
    '# What the substrate is worth in the gym',
    '',
    `Written by \`gymReport({ seed: ${seed}, heldOut: ${heldOut}, development: ${development}, factorial: ${factorial} })\` of \`@salp/cognition/gym\`;`,
    `do not edit. Fingerprint of the code that ran: \`${gymFingerprint()}\`.`,
    '',
    'Simulated worlds of 60 tasks each: tools that fail, drift, go down in bursts, hang, lie and cost; tasks with two to five sub-goals,',
    'some ambiguous, some hopeless; language models imitated by rates of error. They are no agents and no people: what holds here is a',
    'reason to try it there, not more. Worlds, not tasks, are the unit of every interval (95 %, bootstrap over worlds) and test (sign flips,',
    'adjusted by Holm). All arms meet the same worlds and the same luck. An arm stops when its purse is empty; tasks not begun count as not',
    `done. Tuned and decided on development worlds only: a third of the families, by the hash of their names, and half the seeds of the`,
    `others were held out. Held out whole: ${Object.keys(families).filter(isHeldOut).join(', ')}.`,
    '',
    '## Against the baselines, at equal cost',
    '',
    'In each held-out world the shipped default gets for its purse what the baseline spent there.',
    '',
    ...equalTable(equal),
    '',
    verdict(equal),
    '',
    `“Best of ${tuned.tried}” is the plain loop whose settings solved most on development worlds: ${describeLoop(tuned.loop)}.`,
    'The fixed thresholds are those of the reference system as its code was; it never enforced its caps on tools, so both ways are shown.',
    '',
    '## With less and more money',
    '',
    ...frontierTable(frontier, judged),
    '',
    '## Each with its own purse',
    '',
    ...armTable(arms, judged),
    '',
    ...byGroup('family', judged, arms, ({ name }) => name.family, Object.keys(families)),
    '',
    ...byGroup('models', judged, arms, ({ ladder }) => ladder, ['weak', 'medium', 'strong'] satisfies Ladder[]),
    '',
    '## Forecasts of tools',
    '',
    'Chance that a valid call will be answered, stated before it, against the rate so far in the same world (held-out worlds, shipped default).',
    '',
    ...forecastTable(shipped),
    '',
    '## Modules, switched alone',
    '',
    'What it changes to have a module, all others as shipped: tasks done right and money spent, in points. A module is on by default if it',
    'does more tasks right on development worlds (p < 0.05); the held-out columns confirm or not.',
    '',
    ...moduleTable(decided, confirmed),
    '',
    '## Modules, crossed',
    '',
    `A fractional factorial design of resolution V, 2^(11−4) = 128 runs of ${factorial} development worlds: the effect of a module averaged over`,
    'all the others being on and off.',
    '',
    ...factorialTable(crossed),
    '',
    '## Learned controllers',
    '',
    'Tier, context, retrieval and vigilance set by contextual bandits that begin with the fixed rules, in held-out worlds.',
    '',
    ...controllerTable(controllers, arms.at(-1)?.results ?? [], judged),
    '',
    '## What did not work',
    '',
    ...negatives(decided, crossed),
    '',
  ].join('\n')
}

/** A short hash of what two small worlds come to with every module on: it changes whenever anything that was measured does. */
export function gymFingerprint(): string {
  const worlds = [...worldsOf('development', 1, 1), ...worldsOf('held-out', 1, 1)].map(createWorld)
  const all = Object.fromEntries(Object.keys(defaultModules).map((name) => [name, true]))
  const pilots: readonly PilotFactory[] = [
    substratePilot(),
    substratePilot({ modules: all }),
    substratePilot({ modules: all, algorithm: 'linucb' }),
    plainLoop(usualLoop),
    fixedThresholds({ caps: true }),
    oracle,
  ]
  const accounts = pilots.map((pilot) =>
    runArm(worlds, pilot).map(({ spent, solved, calls }) => [spent, solved, calls]),
  )
  const rng = createRng(JSON.stringify(accounts))
  return [hashText(JSON.stringify(accounts)), Math.floor(rng() * 2 ** 32)]
    .map((word) => (word >>> 0).toString(16).padStart(8, '0'))
    .join('')
}

interface Arm {
  readonly name: string
  readonly results: readonly StreamResult[]
}

function equalTable(rows: readonly (EqualCost & { readonly name: string })[]): string[] {
  return table(
    ['baseline', 'it does right', 'shipped default does right', 'difference', 'intervals apart'],
    rows.map(({ name, rival, ours, difference }) => [
      name,
      share(rival),
      share(ours),
      points(difference),
      ours.low > rival.high ? 'yes' : 'no',
    ]),
  )
}

interface FrontierRow {
  readonly scale: number
  readonly rival: readonly StreamResult[]
  readonly ours: readonly StreamResult[]
}

function frontierTable(rows: readonly FrontierRow[], worlds: readonly World[]): string[] {
  const cells = (results: readonly StreamResult[]): string[] => [
    share(meanOver(solvedShares(results))),
    percent(meanOver(spentShares(results, worlds)).estimate),
  ]
  return table(
    ['purses, times', 'no substrate, best settings', 'spent', 'shipped default', 'spent'],
    rows.map(({ scale, rival, ours }) => [String(scale), ...cells(rival), ...cells(ours)]),
  )
}

function verdict(rows: readonly (EqualCost & { readonly name: string })[]): string {
  const missed = rows.filter(({ ours, rival }) => !(ours.low > rival.high)).map(({ name }) => name)
  return missed.length === 0
    ? 'At equal cost the shipped default does more tasks right than every baseline, the intervals apart.'
    : `At equal cost the intervals are not apart from those of: ${missed.join(', ')}.`
}

function armTable(arms: readonly Arm[], worlds: readonly World[]): string[] {
  const best = solvedShares(arms.at(-1)?.results ?? [])
  return table(
    ['arm', 'done right', 'purse spent', 'regret', 'calls a task', 'checks', 'asked', 'lies believed', 'given up'],
    arms.map(({ name, results }) => {
      const solved = solvedShares(results)
      const each = (read: (result: StreamResult) => number): string =>
        (results.reduce((sum, result) => sum + read(result) / result.begun, 0) / results.length).toFixed(2)
      return [
        name,
        share(meanOver(solved)),
        percent(meanOver(spentShares(results, worlds)).estimate),
        points(meanOver(solved.map((value, index) => (best[index] ?? 0) - value))),
        each(({ calls }) => calls),
        each(({ checks }) => checks),
        each(({ asked }) => asked),
        each(({ deceived }) => deceived),
        each(({ abandoned }) => abandoned),
      ]
    }),
  )
}

function byGroup(
  title: string,
  worlds: readonly World[],
  arms: readonly Arm[],
  groupOf: (world: World) => string,
  groups: readonly string[],
): string[] {
  return table(
    [title, 'worlds', ...arms.map(({ name }) => name)],
    groups.flatMap((group) => {
      const places = worlds.flatMap((world, index) => (groupOf(world) === group ? [index] : []))
      if (places.length === 0) return []
      const cells = arms.map(({ results }) => {
        const solved = solvedShares(results)
        return percent(places.reduce((sum, index) => sum + (solved[index] ?? 0), 0) / places.length)
      })
      return [[group, String(places.length), ...cells]]
    }),
  )
}

function forecastTable(results: readonly StreamResult[]): string[] {
  const tallies = results.map(({ tally }) => tally)
  const { count, brier, baseBrier, logLoss, baseLogLoss, calibrationError } = forecastFigures(tallies)
  const gain = (ours: (result: StreamResult) => number): Interval => meanOver(results.map(ours))
  const brierGain = gain(({ tally }) => (tally.baseBrier - tally.brier) / tally.count)
  const natsGain = gain(({ tally }) => (tally.baseNats - tally.nats) / tally.count)
  return [
    ...table(
      ['score', 'substrate', 'rate so far', 'better by, mean over worlds'],
      [
        ['Brier', brier.toFixed(4), baseBrier.toFixed(4), interval(brierGain, 4)],
        ['log loss, nats', logLoss.toFixed(4), baseLogLoss.toFixed(4), interval(natsGain, 4)],
        ['expected calibration error', calibrationError.toFixed(4), '', ''],
      ],
    ),
    '',
    `${count} forecasts.`,
  ]
}

function moduleTable(decided: readonly Effect[], confirmed: readonly Effect[]): string[] {
  return table(
    ['module', 'default', 'done right, development', 'p', 'spent', 'done right, held-out', 'p', 'spent'],
    decided.map(({ module, solved, spent, p }, index) => {
      const other = confirmed[index]
      return [
        module,
        defaultModules[module] ? '**on**' : 'off',
        points(solved),
        probability(p),
        signed(spent.estimate),
        other === undefined ? '' : points(other.solved),
        other === undefined ? '' : probability(other.p),
        other === undefined ? '' : signed(other.spent.estimate),
      ]
    }),
  )
}

function factorialTable(effects: readonly Effect[]): string[] {
  return table(
    ['module', 'done right', 'p', 'spent'],
    effects.map(({ module, solved, spent, p }) => [module, points(solved), probability(p), points(spent)]),
  )
}

function controllerTable(rows: readonly Arm[], best: readonly StreamResult[], worlds: readonly World[]): string[] {
  const most = solvedShares(best)
  return table(
    ['controllers', 'done right', 'purse spent', 'regret'],
    rows.map(({ name, results }) => {
      const solved = solvedShares(results)
      return [
        name,
        share(meanOver(solved)),
        percent(meanOver(spentShares(results, worlds)).estimate),
        points(meanOver(solved.map((value, index) => (most[index] ?? 0) - value))),
      ]
    }),
  )
}

/** Says in words what the tables hold against modules. */
function negatives(decided: readonly Effect[], crossed: readonly Effect[]): string[] {
  const off = decided.filter(({ module }) => !defaultModules[module])
  const lines = off.map(({ module, solved, p }) => {
    const judgement =
      p >= 0.05 ? 'makes no difference that shows' : solved.estimate < 0 ? 'does harm' : 'helps, but is off'
    return `- **${module}** ${judgement} beside the modules that are on (${points(solved)} points, p ${probability(p)}): off by default.`
  })
  const unproven = decided.filter(({ module, solved, p }) => defaultModules[module] && (p >= 0.05 || solved.low <= 0))
  const apart = crossed.flatMap(({ module, solved, p }) => {
    if (p >= 0.05 || !(solved.estimate > 0) === !defaultModules[module]) return []
    return [
      `- Crossed with all others on and off, **${module}** ${solved.estimate > 0 ? 'helps' : 'harms'} (${points(solved)} points): what it does, the modules that are on do better.`,
    ]
  })
  return [
    ...lines,
    ...unproven.map(({ module }) => `- **${module}** is on without a row that justifies it: this is a defect.`),
    ...apart,
  ]
}

function describeLoop({ tier, checks, patience, asksFrom }: ReturnType<typeof tunePlainLoop>['loop']): string {
  const model = ['the fast model', 'the standard model', 'the capable model'][tier] ?? ''
  const asks = asksFrom > 1 ? 'never asks' : `asks about requests that look ambiguous from ${asksFrom}`
  return `${model}, ${checks ? 'every result checked' : 'no result checked'}, up to ${patience} failures in a row, ${asks}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`
}

function share({ estimate, low, high }: Interval): string {
  return `${percent(estimate)} (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`
}

function points({ estimate, low, high }: Interval): string {
  return `${signed(estimate)} (${signed(low)} to ${signed(high)})`
}

function interval({ estimate, low, high }: Interval, digits: number): string {
  return `${estimate.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`
}

/** A difference of shares in points. */
function signed(value: number): string {
  const text = (100 * value).toFixed(1)
  if (Number(text) === 0) return '0.0'
  return value > 0 ? `+${text}` : text.replace('-', '−')
}

function probability(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3)
}
