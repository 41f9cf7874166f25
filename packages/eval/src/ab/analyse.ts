/** What a study's record says. */

import { bootstrapCi, createRng, holm, type Interval, mean, signFlipTest, wilson } from '@salp/core'
import { cohenKappa } from '../statistics/agreement.js'
import { benjaminiHochberg, stoppingBounds } from '../statistics/correction.js'
import { mcnemarTest } from '../statistics/exact.js'
import { type SequentialFinding, sequentialTest } from '../statistics/sequential.js'
import { cellName } from './design.js'
import { type Axis, axes, cellsOf, isBinary, type Plan } from './plan.js'
import type { Study, Trial } from './records.js'

/** One cell on one axis. */
export interface CellSummary {
  readonly cell: string
  readonly trials: number
  /** By axis: a rate with Wilson's interval, or a mean with the bootstrap's over tasks. */
  readonly axes: Readonly<Record<Axis, Interval>>
}

/** One level of a factor against the first, or how two factors go together, on one axis. */
export interface Contrast {
  /** As in `lessons: on − off`, or `lessons × memory`. */
  readonly name: string
  readonly axis: Axis
  /** Tasks that have both sides: what is independent, and resampled. */
  readonly tasks: number
  /** Mean difference by task, with the bootstrap's interval over tasks; the primary one's, where one may look at any time, as wide as that asks for. */
  readonly difference: Interval
  /** By flipping the signs of tasks; the primary one's, where one may look at any time, by betting. Range (0, 1]. */
  readonly p: number
  /** McNemar's exact one, where trials are 0 or 1 and each task stands once a cell, in a design of two cells. */
  readonly exactP: number | undefined
  /** `p` of the primary contrast as it is; of the others adjusted by Benjamini and Hochberg among themselves. */
  readonly adjustedP: number
  /** The same by Holm, among all but the primary. */
  readonly holmP: number
  readonly primary: boolean
}

/** How the primary contrast stood at a look. */
export interface Look {
  readonly share: number
  readonly tasks: number
  readonly z: number
  /** |z| that stops. */
  readonly bound: number
  readonly crossed: boolean
}

/** How two judges agree on whether replies are right. */
export interface JudgeAgreement {
  readonly judges: readonly [string, string]
  readonly items: number
  readonly share: number
  readonly kappa: number
}

/** What a study's record says. */
export interface Analysis {
  readonly study: Study
  readonly cells: readonly CellSummary[]
  /** The control's arms against one another, by axis: what differs where nothing does. */
  readonly control: readonly Contrast[]
  /** The primary one first. */
  readonly contrasts: readonly Contrast[]
  /** None where one may look at any time. */
  readonly looks: readonly Look[]
  /** The primary difference, task by task in the order they were done; none unless one may look at any time. */
  readonly sequential: SequentialFinding | undefined
  readonly agreement: readonly JudgeAgreement[]
  /** What speaks against the study as it was done; nothing if nothing does. */
  readonly faults: readonly string[]
}

/**
 * Analyses a study from its record alone; the same record gives the same analysis.
 *
 * Trials are paired by task and seed, and averaged by task: tasks are what is independent, seeds of one task are not.
 */
export function analyseStudy(study: Study): Analysis {
  const { plan, sha256, trials, excluded, deviations } = study
  const rng = createRng(sha256)
  const main = trials.filter(({ phase }) => phase === 'main')
  const sequential = sequentialOf(study)
  const values = (cells: ReadonlySet<string>, axis: Axis, from = main): Map<string, number> =>
    meansByTask(from, cells, axis)

  const cells = cellsOf(plan).map((cell): CellSummary => {
    const own = cellName(cell)
    const held = main.filter((trial) => trial.cell === own)
    const summary = (axis: Axis): Interval => {
      if (held.length === 0) return { estimate: Number.NaN, low: Number.NaN, high: Number.NaN }
      if (isBinary(axis)) return wilson(held.filter((trial) => trial[axis] === 1).length, held.length)
      return bootstrapCi([...values(new Set([own]), axis).values()], { rng: rng.fork(`cell ${own} ${axis}`) })
    }
    return { cell: own, trials: held.length, axes: byAxis(summary) }
  })

  const compare = (
    name: string,
    axis: Axis,
    sides: readonly [Side, Side],
    primary: boolean,
  ): Omit<Contrast, 'adjustedP' | 'holmP'> => {
    const differences = differencesOf(sides, axis)
    const stream = rng.fork(`${name} ${axis}`)
    const fixed =
      differences.length === 0
        ? { estimate: Number.NaN, low: Number.NaN, high: Number.NaN }
        : bootstrapCi(differences, { rng: stream.fork('bootstrap') })
    const flipped = signFlipTest(differences, { rng: stream.fork('flips') })
    return {
      name,
      axis,
      tasks: differences.length,
      difference: primary ? (sequential?.mean ?? fixed) : fixed,
      p: primary ? (sequential?.p ?? flipped) : flipped,
      exactP: exactOf(sides, axis),
      primary,
    }
  }
  const adjusted = (found: readonly Omit<Contrast, 'adjustedP' | 'holmP'>[]): Contrast[] => {
    const others = found.filter(({ primary }) => !primary)
    const [byBh, byHolm] = [benjaminiHochberg(others.map(({ p }) => p)), holm(others.map(({ p }) => p))]
    return found.map((contrast) => {
      const at = others.indexOf(contrast)
      return { ...contrast, adjustedP: byBh[at] ?? contrast.p, holmP: byHolm[at] ?? contrast.p }
    })
  }

  const contrasts = adjusted(
    contrastsOf(plan, main)
      .flatMap(({ name, factor, sides }) =>
        axes.map((axis) => compare(name, axis, sides, factor === plan.primary.factor && axis === plan.primary.axis)),
      )
      .sort((a, b) => Number(b.primary) - Number(a.primary)),
  )
  const arm = (cell: 'a' | 'b'): Side => ({
    trials: trials.filter((trial) => trial.phase === 'control'),
    cells: new Set([cell]),
  })
  const hasControl = trials.some(({ phase }) => phase === 'control')
  const control = hasControl ? adjusted(axes.map((axis) => compare('b − a', axis, [arm('b'), arm('a')], false))) : []

  const shareLeftOut = excluded.length / Math.max(1, excluded.length + trials.length)
  const onPrimary = control.find(({ axis }) => axis === plan.primary.axis)
  const faults = [
    ...(hasControl ? [] : ['There was no control of the same cell twice']),
    ...(onPrimary !== undefined && Math.abs(onPrimary.difference.estimate) > plan.controlMargin
      ? [
          `The control differs from itself by ${onPrimary.difference.estimate.toFixed(3)}; the plan allows ${plan.controlMargin}`,
        ]
      : []),
    ...(shareLeftOut > plan.exclusions
      ? [`${(100 * shareLeftOut).toFixed(1)} % of the trials were left out; the plan allows ${100 * plan.exclusions} %`]
      : []),
    ...deviations.map(({ what }) => `Deviation: ${what}`),
  ]
  return { study, cells, control, contrasts, looks: looksOf(study), sequential, agreement: agreementOf(trials), faults }
}

/** Trials of which those in `cells` are one side of a comparison. */
interface Side {
  readonly trials: readonly Trial[]
  readonly cells: ReadonlySet<string>
}

function byAxis<T>(of: (axis: Axis) => T): Record<Axis, T> {
  return {
    correct: of('correct'),
    hallucinated: of('hallucinated'),
    attempted: of('attempted'),
    costUsd: of('costUsd'),
    latencyMs: of('latencyMs'),
    calls: of('calls'),
  }
}

function meansByTask(trials: readonly Trial[], cells: ReadonlySet<string>, axis: Axis): Map<string, number> {
  const sums = new Map<string, { sum: number; count: number }>()
  for (const trial of trials) {
    if (!cells.has(trial.cell)) continue
    const held = sums.get(trial.task) ?? { sum: 0, count: 0 }
    held.sum += trial[axis]
    held.count++
    sums.set(trial.task, held)
  }
  return new Map([...sums].map(([task, { sum, count }]) => [task, sum / count]))
}

/** First less second by task, tasks in alphabetical order. */
function differencesOf(sides: readonly [Side, Side], axis: Axis): number[] {
  return [...differencesByTask(sides, axis)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, difference]) => difference)
}

/** First less second by task, averaged over the seeds in which every cell of both sides has a trial. */
function differencesByTask([first, second]: readonly [Side, Side], axis: Axis): Map<string, number> {
  const wanted = first.cells.size + second.cells.size
  const groups = new Map<string, { task: string; first: number; second: number; held: number }>()
  for (const side of new Set([first, second])) {
    for (const trial of side.trials) {
      if (!side.cells.has(trial.cell)) continue
      const key = `${trial.seed}\0${trial.task}`
      const group = groups.get(key) ?? { task: trial.task, first: 0, second: 0, held: 0 }
      group[side === first ? 'first' : 'second'] += trial[axis] / side.cells.size
      group.held++
      groups.set(key, group)
    }
  }
  const byTask = new Map<string, number[]>()
  for (const group of groups.values()) {
    if (group.held !== wanted) continue
    const difference = group.first - group.second
    const found = byTask.get(group.task)
    if (found === undefined) byTask.set(group.task, [difference])
    else found.push(difference)
  }
  return new Map([...byTask].map(([task, differences]) => [task, mean(differences)]))
}

function exactOf(sides: readonly [Side, Side], axis: Axis): number | undefined {
  const [first, second] = sides
  const one = (side: Side): boolean => {
    const own = side.trials.filter(({ cell }) => side.cells.has(cell))
    return side.cells.size === 1 && new Set(own.map(({ task }) => task)).size === own.length
  }
  if (!isBinary(axis) || !one(first) || !one(second)) return undefined
  const differences = differencesOf(sides, axis)
  return mcnemarTest(differences.filter((d) => d === 1).length, differences.filter((d) => d === -1).length)
}

/** Main effects of all factors, then how two of two levels go together. */
function contrastsOf(plan: Plan, trials: readonly Trial[]): { name: string; factor: string; sides: [Side, Side] }[] {
  const cells = cellsOf(plan)
  const side = (holds: (cell: Readonly<Record<string, string>>) => boolean): Side => ({
    trials,
    cells: new Set(cells.filter(holds).map(cellName)),
  })
  const effects = plan.factors.flatMap(({ name: factor, levels: [base, ...others] }) =>
    others.map((level): { name: string; factor: string; sides: [Side, Side] } => ({
      name: `${factor}: ${level} − ${base}`,
      factor,
      sides: [side((cell) => cell[factor] === level), side((cell) => cell[factor] === base)],
    })),
  )
  if (plan.aliases !== undefined && Object.keys(plan.aliases).length > 0) return effects
  const pairs = plan.factors.flatMap((a, index) =>
    plan.factors
      .slice(index + 1)
      .filter((b) => a.levels.length === 2 && b.levels.length === 2)
      .map((b): { name: string; factor: string; sides: [Side, Side] } => {
        const alike = (cell: Readonly<Record<string, string>>): boolean =>
          (cell[a.name] === a.levels[0]) === (cell[b.name] === b.levels[0])
        return { name: `${a.name} × ${b.name}`, factor: '', sides: [side(alike), side((cell) => !alike(cell))] }
      }),
  )
  return [...effects, ...pairs]
}

/** The looks that the record is long enough for. */
function looksOf({ plan, trials }: Study): Look[] {
  const { looks } = plan
  if (looks === 'any') return []
  const main = trials.filter(({ phase }) => phase === 'main')
  const done = new Set(main.map(({ task }) => task))
  const bounds = stoppingBounds(looks, { alpha: plan.alpha })
  const [contrast] = contrastsOf(plan, main).filter(({ factor }) => factor === plan.primary.factor)
  if (contrast === undefined) return []
  return looks.flatMap((share, index): Look[] => {
    const tasks = new Set(plan.tasks.slice(0, Math.ceil(share * plan.tasks.length)))
    if ([...tasks].some((task) => !done.has(task))) return []
    const within = ({ trials: all, cells }: Side): Side => ({
      trials: all.filter(({ task }) => tasks.has(task)),
      cells,
    })
    const differences = differencesOf([within(contrast.sides[0]), within(contrast.sides[1])], plan.primary.axis)
    const z = zOf(differences)
    const bound = bounds[index] ?? Number.POSITIVE_INFINITY
    return [{ share, tasks: differences.length, z, bound, crossed: Math.abs(z) >= bound }]
  })
}

/** What the primary difference says after the tasks that are done, where one may look after each. */
export function sequentialOf({ plan, trials }: Pick<Study, 'plan' | 'trials'>): SequentialFinding | undefined {
  if (plan.looks !== 'any') return undefined
  const main = trials.filter(({ phase }) => phase === 'main')
  const contrast = contrastsOf(plan, main).find(({ factor }) => factor === plan.primary.factor)
  if (contrast === undefined) return undefined
  const byTask = differencesByTask(contrast.sides, plan.primary.axis)
  const done = new Set(main.map(({ task }) => task))
  const observations = [...done].flatMap((task) => byTask.get(task) ?? [])
  return sequentialTest(observations, { alpha: plan.alpha })
}

/** Mean in its standard errors; 0 where nothing differs. */
function zOf(values: readonly number[]): number {
  const center = mean(values)
  const variance = values.reduce((sum, value) => sum + (value - center) ** 2, 0) / Math.max(1, values.length - 1)
  if (values.length < 2 || center === 0) return 0
  return variance === 0 ? Math.sign(center) * Math.sqrt(values.length) : center / Math.sqrt(variance / values.length)
}

function agreementOf(trials: readonly Trial[]): JudgeAgreement[] {
  const judges = [...new Set(trials.flatMap(({ scores }) => Object.keys(scores)))].sort()
  return judges.flatMap((first, index) =>
    judges.slice(index + 1).flatMap((second): JudgeAgreement[] => {
      const pairs = trials.flatMap(({ scores }): [string, string][] => {
        const [a, b] = [scores[first], scores[second]]
        return a === undefined || b === undefined ? [] : [[a >= 0.5 ? 'right' : 'wrong', b >= 0.5 ? 'right' : 'wrong']]
      })
      return pairs.length === 0 ? [] : [{ judges: [first, second], ...cohenKappa(pairs) }]
    }),
  )
}
