/**
 * Learns from the training half of a folder of problems, and prints how many of the held-out half are solved with what was
 * learnt and without: `pnpm quality:synthesis FOLDER [budget] [seeds] [rounds] [file to keep results in]`.
 *
 * A problem is solved if a program passes its hidden tests and does as the reference on generated inputs. `first` counts the
 * first program that fits the visible examples; `within` goes on behind programs that were refused, within the same budget.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { bootstrapCi, createRng, type Interval, signFlipTest, wilson } from '@salp/core'
import { systemClock } from '@salp/core/node'
import { type LearntOptions, learn, learntSynthesizer } from '../../../synthesis/learn.js'
import { trainGuideNet } from '../../../synthesis/node/train-guide-net.js'
import { parseState, type SynthesizerState, unlearned } from '../../../synthesis/state.js'
import type { Synthesizer } from '../../../synthesis/synthesizer.js'
import { type Problem, readProblems } from '../synthesis/problems.js'

const [folder, budgetText = '200000', seedsText = '1', roundsText = '3', file] = process.argv.slice(2)
if (folder === undefined) throw new TypeError('Cannot report: name the folder of problems')
const [budget, seeds, rounds] = [Number(budgetText), Number(seedsText), Number(roundsText)]
const deps = { clock: systemClock }

const { problems, foreign } = readProblems(folder)
const training = problems.filter(({ half }) => half === 'train')
const heldOut = problems.filter(({ half }) => half === 'test')
console.log(
  `${training.length} problems to learn from, ${heldOut.length} held out; ${foreign} over other types are left out`,
)

/** What became of one held-out problem: how many programs were refused before the right one; `undefined` if none was. */
type Outcome = number | undefined

async function learnFrom(seed: number): Promise<SynthesizerState> {
  const kept = file === undefined ? undefined : `${file}-${seed}.json`
  if (kept !== undefined && existsSync(kept)) return parseState(JSON.parse(readFileSync(kept, 'utf8')))
  const started = systemClock.monotonic()
  const { state, rounds: solved } = await learn(
    { ...deps, trainNet: (programs, state) => trainGuideNet({ clock: systemClock }, programs, state, { seed }) },
    training.map((problem) => ({
      ...{ id: problem.id, signature: problem.signature, statement: problem.statement, shown: problem.examples },
      // Half of the hidden tests say more of what is wanted; the other half keeps out what only fits.
      examples: [...problem.examples, ...problem.tests.filter((_, index) => index % 2 === 0)],
      accepts: (source: string) => problem.accepts(source),
    })),
    { rounds, budget: budget / 2, seed },
  )
  const seconds = ((systemClock.monotonic() - started) / 1_000).toFixed(0)
  console.log(
    `Seed ${seed}: solved ${solved.join(', then ')} of ${training.length} to learn from; ${state.library.length} fragments; ${seconds} s`,
  )
  if (kept !== undefined) writeFileSync(kept, JSON.stringify(state))
  return state
}

/** Tries the held-out problems one after the other; goes on where it was stopped, if there is a file. */
async function measure(name: string, synthesizer: Synthesizer): Promise<Outcome[]> {
  const kept = file === undefined ? undefined : `${file}-${name.replaceAll(' ', '-')}.json`
  const known: Record<string, number | null> =
    kept !== undefined && existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : {}
  const outcomes: Outcome[] = []
  for (const problem of heldOut) {
    const before = known[problem.id]
    const outcome = before === undefined ? await outcomeOf(synthesizer, problem) : (before ?? undefined)
    outcomes.push(outcome)
    known[problem.id] = outcome ?? null
    if (kept !== undefined && before === undefined) writeFileSync(kept, JSON.stringify(known))
  }
  return outcomes
}

async function outcomeOf(
  synthesizer: Synthesizer,
  { signature, statement, examples, accepts }: Problem,
): Promise<Outcome> {
  const found = await synthesizer.solve({ signature, statement, examples }, { accepts })
  return found.status === 'found' ? found.refused : undefined
}

/** What is taken away from what was learnt, and how far the rest is trusted. */
const arms: Readonly<
  Record<
    string,
    { readonly state?: Partial<SynthesizerState>; readonly trusted?: Omit<LearntOptions, 'budget' | 'seed'> }
  >
> = {
  'all that was learnt': {},
  'without the ranker': { state: { ranker: undefined } },
  'with the lexicon alone for words': { state: { wording: undefined } },
  'without words': { trusted: { words: 0 } },
  'without the library': { state: { library: [] } },
  'with the net beside words': { trusted: { trust: 0.5 } },
}

const percent = ({ estimate, low, high }: Interval): string =>
  `${(100 * estimate).toFixed(1)} % [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`
const within = (attempts: number) => (outcome: Outcome) => outcome !== undefined && outcome < attempts
const rate = (outcomes: readonly Outcome[], attempts: number): Interval =>
  wilson(outcomes.filter(within(attempts)).length, outcomes.length)

function show(name: string, outcomes: readonly Outcome[]): void {
  console.log(
    `${name}: first ${percent(rate(outcomes, 1))}, within 10 ${percent(rate(outcomes, 10))}, within ${percent(rate(outcomes, 1_000))}`,
  )
}

for (let seed = 0; seed < seeds; seed++) {
  const state = await learnFrom(seed)
  const before = await measure(`${seed} unlearned`, learntSynthesizer(deps, unlearned, { budget, seed }))
  show(`Seed ${seed}, unlearned`, before)
  for (const [name, { state: less, trusted }] of Object.entries(arms)) {
    const synthesizer = learntSynthesizer(deps, { ...state, ...less }, { budget, seed, ...trusted })
    const after = await measure(`${seed} ${name}`, synthesizer)
    show(`Seed ${seed}, ${name}`, after)
    showGain(seed, before, after)
  }
}

/** What was learnt against what was not, problem by problem. */
function showGain(seed: number, before: readonly Outcome[], after: readonly Outcome[]): void {
  for (const [kind, attempts] of [
    ['first', 1],
    ['within', 1_000],
  ] as const) {
    const differences = after.map(
      (outcome, index) => Number(within(attempts)(outcome)) - Number(within(attempts)(before[index])),
    )
    const gain = bootstrapCi(differences, { rng: createRng(`gain ${seed}`) })
    const p = signFlipTest(differences, { rng: createRng(`flip ${seed}`) })
    console.log(`Seed ${seed}, gain, ${kind}: ${percent(gain)}, p ${p.toFixed(4)}`)
  }
}
