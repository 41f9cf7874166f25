/** Published results of another system, computed again from their counts, and which of their claims hold. */

import { holm, wilson } from '@salp/core'
import { type Count, fisherTest, rateDifference } from '../statistics/exact.js'
import { pairsNeeded, trialsPerArm } from '../statistics/power.js'

/** A claim that rests on two rates. */
interface Claim {
  readonly says: string
  /** With the mechanism. */
  readonly a: Count
  /** Without it. */
  readonly b: Count
  /** What the claim needs: that A is more, less, or no different. */
  readonly needs: 'more' | 'less' | 'none'
}

const of = (successes: number, trials: number): Count => ({ successes, trials })

const studies: readonly { readonly title: string; readonly note: string; readonly claims: readonly Claim[] }[] = [
  {
    title: 'COG-001: framework on and off, 20 tasks an arm',
    note: 'The methods text says 10 an arm. Rates of 5, 15 and 25 % cannot come of 10 tasks, so 20 it was.',
    claims: [
      { says: '1B: the framework helps', a: of(5, 20), b: of(3, 20), needs: 'more' },
      { says: '3B: the framework harms', a: of(3, 20), b: of(4, 20), needs: 'less' },
      { says: '7B: the framework harms', a: of(3, 20), b: of(4, 20), needs: 'less' },
      { says: '8B: no difference', a: of(1, 20), b: of(1, 20), needs: 'none' },
      { says: '14B: the framework helps', a: of(4, 20), b: of(2, 20), needs: 'more' },
    ],
  },
  {
    title: 'COG-006: neuromodulation, qwen3:8b, 50 tasks an arm',
    note: 'The parts fit 25 tasks each: 12 + 6 = 18 and 7 + 5 = 12.',
    claims: [
      { says: 'All: it helps', a: of(18, 50), b: of(12, 50), needs: 'more' },
      { says: 'Dynamic tasks: it helps', a: of(12, 25), b: of(7, 25), needs: 'more' },
      { says: 'Trivial tasks: it helps', a: of(6, 25), b: of(5, 25), needs: 'more' },
    ],
  },
  {
    title: 'Ablations of modules, judged by a model (A active, B bypassed)',
    note: 'The harness called the model directly and never ran the program, so that the flags had no effect: these are controls at best. The decision papers read “blackboard” as +.06 and “lessons” as −.14, the signs turned round.',
    claims: [
      { says: 'Belief state: no effect', a: of(34, 50), b: of(31, 50), needs: 'none' },
      { says: 'Belief state, again: no effect', a: of(34, 50), b: of(35, 50), needs: 'none' },
      { says: 'Surprise: no effect', a: of(32, 50), b: of(32, 50), needs: 'none' },
      { says: 'Neuromodulation: no effect', a: of(30, 50), b: of(32, 50), needs: 'none' },
      { says: 'Neuromodulation, again: no effect', a: of(46, 50), b: of(46, 50), needs: 'none' },
      { says: 'Neuromodulation, 20 tasks: it helps', a: of(17, 20), b: of(14, 20), needs: 'more' },
      { says: 'Lessons harm (as decided)', a: of(33, 50), b: of(26, 50), needs: 'less' },
      { says: 'Blackboard helps (as decided)', a: of(45, 50), b: of(48, 50), needs: 'more' },
      { says: 'Whole framework, 14B: rejected', a: of(21, 40), b: of(20, 40), needs: 'none' },
    ],
  },
  {
    title: 'Lessons with a directive against tool markup: correctness, A with lessons',
    note: 'Hallucination was 0 to 1 % in all arms: the directive did what it was for. The repeats are read as of neuromodulation, after which they stand; the row of all three together is ours, added after the fact, and not independent of those above it.',
    claims: [
      { says: 'Reflection: no harm', a: of(53, 100), b: of(51, 100), needs: 'none' },
      { says: 'Perception: harm', a: of(46, 100), b: of(52, 100), needs: 'less' },
      { says: 'Neuromodulation: harm (“p ≈ .03”)', a: of(37, 100), b: of(52, 100), needs: 'less' },
      { says: 'Neuromodulation, repeat: harm', a: of(22, 50), b: of(31, 50), needs: 'less' },
      { says: 'Neuromodulation, second repeat: harm', a: of(25, 50), b: of(34, 50), needs: 'less' },
      { says: 'All three of neuromodulation together: harm', a: of(84, 200), b: of(117, 200), needs: 'less' },
      { says: 'Refusal with instructions: more', a: of(15, 100), b: of(8, 100), needs: 'more' },
      { says: 'Refusal with instructions, again: more', a: of(15, 100), b: of(12, 100), needs: 'more' },
    ],
  },
]

/** Differences of rates that were published without the rates. */
const bareDifferences: readonly {
  readonly says: string
  readonly difference: number
  readonly trials: number
  readonly control?: number
}[] = [
  { says: 'haiku, reflection: hallucination', difference: 0.13, trials: 100, control: -0.01 },
  { says: 'haiku, perception: hallucination', difference: 0.13, trials: 100, control: 0.05 },
  { says: 'haiku, neuromodulation: hallucination', difference: 0.16, trials: 100, control: -0.08 },
  { says: 'haiku, reflection: correctness', difference: -0.03, trials: 100, control: 0.03 },
  { says: 'haiku, perception: correctness', difference: -0.13, trials: 100, control: -0.01 },
  { says: 'haiku, neuromodulation: correctness', difference: -0.05, trials: 100, control: 0.01 },
  { says: 'opus, reflection: hallucination', difference: 0.4, trials: 20 },
  { says: 'qwen2.5:14b v1: pass', difference: 0.1, trials: 20 },
]

/** Writes a page in Markdown: every claim with its counts, intervals, tests and verdict. It depends on nothing but the counts. */
export function publishedClaims(): string {
  const tables = studies.map(({ title, note, claims }) => {
    const pValues = claims.map(({ a, b }) => fisherTest(a, b))
    const adjusted = holm(pValues)
    const rows = claims.map((claim, index) => {
      const [a, b] = [wilson(claim.a.successes, claim.a.trials), wilson(claim.b.successes, claim.b.trials)]
      const { estimate, low, high } = rateDifference(a, b)
      return [
        claim.says,
        `${claim.a.successes} of ${claim.a.trials} (${percent(a.low)} to ${percent(a.high)})`,
        `${claim.b.successes} of ${claim.b.trials} (${percent(b.low)} to ${percent(b.high)})`,
        `${points(estimate)} (${points(low)} to ${points(high)})`,
        probability(pValues[index] ?? 1),
        probability(adjusted[index] ?? 1),
        verdict(claim.needs, { estimate, low, high }, adjusted[index] ?? 1),
      ]
    })
    return `## ${title}\n\n${note}\n\n${table(['claim', 'A', 'B', 'A − B, points', 'Fisher’s p', 'Holm', 'holds'], rows)}`
  })
  const all = studies.flatMap(({ claims }) => claims)
  const clear = all.filter(({ a, b, needs }) => needs !== 'none' && fisherTest(a, b) <= 0.05)

  const bare = bareDifferences.map(({ says, difference, trials, control }) => {
    const [best, worst] = rangeOfP(Math.abs(difference), trials)
    const holds =
      worst <= 0.05 ? 'yes, whatever the rates' : best > 0.05 ? 'no, whatever the rates' : 'depends on the rates'
    return [
      says,
      points(difference),
      String(trials),
      control === undefined ? 'none' : points(control),
      `${probability(best)} to ${probability(worst)}`,
      holds,
    ]
  })
  const effects = [0.13, 0.13, 0.16]
  const controls = [-0.01, 0.05, -0.08]
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  const signedRatio = sum(effects) / Math.abs(sum(controls))
  const honestRatio = sum(effects) / effects.length / Math.max(...controls.map(Math.abs))

  return `# Published claims, computed again

Printed by \`salp ab published\` from the counts in \`packages/eval/src/ab/published-claims.ts\`; do not edit.

The figures are those that an earlier system of this kind published in 2026 (\`agent.md\`, sections 11.4 and 12). Intervals are of 95 %:
Wilson’s for rates, Newcombe’s for differences. Tests are Fisher’s exact ones, two-sided, adjusted by Holm within each table; tasks
were the same in both arms, but who got which right was not published, so that no paired test can be made. “Holds” asks for what the
claim needs: a difference in its direction at an adjusted p of .05 or less; for “no effect”, an interval within ±10 points.

${tables.join('\n\n')}

## Differences that were published without their rates

What p could be, over all rates that have that difference: from the least, where one rate is 0 or 1, to the greatest.

${table(['claim', 'difference, points', 'trials an arm', 'control', 'p', 'holds'], bare)}

The headline “10.7 times the control” divides the mean difference of .14 by the mean of the signed controls, in which −.08 and +.05
cancel: ${signedRatio.toFixed(1)}. Against the greatest control by amount it is ${honestRatio.toFixed(2)}. “+0.14 percentage points” should read +14 points.

## Counts that cannot be

${table(
  ['published', 'fits, of 15 to 25 trials'],
  [21, 12].map((rate) => [
    `${rate} % hallucination of “n ≈ 20”`,
    Array.from({ length: 11 }, (_, index) => 15 + index)
      .flatMap((trials) => {
        const successes = Math.round((rate * trials) / 100)
        return Math.round((100 * successes) / trials) === rate ? [`${successes} of ${trials}`] : []
      })
      .join(', '),
  ]),
)}

## Judges

A second grader agreed with the first on 38 to 63 % of replies. The protocol asks for 80 %, or a κ of .60: no claim above that rests on
that judge meets it. The controls at 15 tasks (.07 and .20; .27 and .47) differ by 13 and 20 points where nothing differs
(p ${probability(fisherTest(of(1, 15), of(3, 15)))} and ${probability(fisherTest(of(4, 15), of(7, 15)))}).

## Families labelled two ways

DeepSeek-V3.1 .53 against .39, its control .51 and .52; the number of trials was not published. By the harness’s definition A had the
lessons, so that they helped; the paper labels the cells the other way. For those rates a difference at p ≤ .05 takes ${leastTrials(0.53, 0.39)} trials an arm.

## What it would take

| to see | trials an arm, 80 % power |
| --- | --- |
| 25 % against 15 % (COG-001, 1B) | ${Math.ceil(trialsPerArm(0.25, 0.15))} |
| 36 % against 24 % (COG-006) | ${Math.ceil(trialsPerArm(0.36, 0.24))} |
| 66 % against 52 % (lessons) | ${Math.ceil(trialsPerArm(0.66, 0.52))} |
| 10 points where a quarter of the tasks come out differently, paired | ${Math.ceil(pairsNeeded(0.1, 0.25))} tasks |

## What holds

Of the ${all.filter(({ needs }) => needs !== 'none').length} claims of a difference with counts, ${clear.length} reach p ≤ .05 before any adjustment: ${clear.map(({ says }) => says.toLowerCase()).join('; ')}.
No gain by the framework, nor by neuromodulation, is more than chance would make. “No effect” is not shown either where it is claimed:
intervals of ±20 points exclude little. That lessons without the directive raise made-up tool markup holds for haiku as published, if
its rates without them were near 0; that lessons harm correctness rests on the neuromodulation tasks, pooled after the fact, alone.
`
}

function verdict(
  needs: Claim['needs'],
  { estimate, low, high }: { estimate: number; low: number; high: number },
  p: number,
): string {
  if (needs === 'none') return low >= -0.1 && high <= 0.1 ? 'yes' : 'not shown'
  if (estimate === 0 || estimate > 0 !== (needs === 'more')) return 'no: it points the other way'
  return p <= 0.05 ? 'yes' : 'no'
}

/** The least and the greatest p over all counts with that difference. */
function rangeOfP(difference: number, trials: number): [number, number] {
  const gap = Math.round(difference * trials)
  const pValues = Array.from({ length: trials - gap + 1 }, (_, low) =>
    fisherTest(of(low + gap, trials), of(low, trials)),
  )
  return [Math.min(...pValues), Math.max(...pValues)]
}

/** The fewest trials an arm at which two rates differ at p ≤ .05, and stay so up to 20 more. */
function leastTrials(a: number, b: number): number {
  const differs = (trials: number): boolean =>
    fisherTest(of(Math.round(a * trials), trials), of(Math.round(b * trials), trials)) <= 0.05
  let trials = 10
  while (!Array.from({ length: 20 }, (_, more) => trials + more).every(differs)) trials++
  return trials
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((fields) => `| ${fields.join(' | ')} |`).join('\n')
}

function percent(rate: number): string {
  return `${(100 * rate).toFixed(0)} %`
}

function points(difference: number): string {
  const rounded = (100 * difference).toFixed(0)
  return difference > 0 ? `+${rounded}` : rounded.replace('-', '−')
}

function probability(p: number): string {
  return p < 0.001 ? '< .001' : p.toFixed(3).replace(/^0/, '')
}
