/**
 * How well does recall answer, against bare FTS5 in the same run, and what does each stage add?
 *
 * Run: `pnpm --filter @salp/memory quality [--data FOLDER] [--seed TEXT] [--only NAME] [--no-ablation] [--embedder MODULE]`. One
 * configuration, that of a memory nobody configured, answers every kind of question. Questions of a data set fall into two halves
 * by their hash: weights are chosen on one, and the other is held out. MODULE is a file whose default export is an embedder.
 */

import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { digest } from '../../../digest.js'
import type { Embedder } from '../../../embedder.js'
import { parseQuery, toMatch } from '../../../query.js'
import { defaultTuning, type Tuning } from '../../../tuning.js'
import { openMemory } from '../open.js'
import { readMultihop } from './multihop.js'
import { readOptions } from './options.js'
import { makeScenarios, type Question, type Scenario } from './scenarios.js'
import { type Estimate, mean, rate } from './statistics.js'

/** Positions of the records found for each question, best first. */
type Answers = readonly (readonly number[])[]

const options = readOptions(process.argv.slice(2))
const seed = options.get('seed') ?? 'salp'
const folder = options.get('data')
const scenarios = [...makeScenarios(seed), ...(folder ? readMultihop(folder) : [])].filter(({ name }) =>
  name.includes(options.get('only') ?? ''),
)
const stages = Object.keys(defaultTuning).filter(
  (stage) => stage !== 'text' && stage !== 'vectors' && stage !== 'likeness',
) as (keyof Tuning)[]
/** What adds to a score, each to be listed alone. */
const signals = ['text', 'thread', 'graph', 'vectors'] as const
const silent = { text: 0, thread: 0, graph: 0, vectors: 0 }
const module = options.get('embedder')
const embedder: Embedder | undefined = module && (await import(pathToFileURL(resolve(module)).href)).default
const limit = 10

console.log(`Seed "${seed}". Intervals: 95 %, bootstrap for recall, Wilson for rates. One configuration for all.\n`)
for (const scenario of scenarios) await report(scenario)

async function report(scenario: Scenario): Promise<void> {
  const { name, records, questions, split = false } = scenario
  console.log(`${name}: ${records.length} records, ${questions.length} questions`)
  const { open, bare } = await fill(scenario)
  print('  bare FTS5', scenario, bare)
  const full = await answers(open(defaultTuning), scenario)
  print('  recall()', scenario, full)
  for (const half of split ? ['development', 'held-out'] : []) {
    const of = (index: number): boolean => (digest(questions[index]?.text ?? '') % 2 === 0) === (half === 'development')
    const some = { ...scenario, questions: questions.filter((_, index) => of(index)) }
    const part = (all: Answers): Answers => all.filter((_, index) => of(index))
    print(`  ${half}, bare`, some, part(bare))
    print(`  ${half} (${some.questions.length})`, some, part(full))
  }
  if (embedder !== undefined) {
    for (const vectors of [0.2, 0.5, 1, 2])
      print(`  vectors at ${vectors}`, scenario, await answers(open({ ...defaultTuning, vectors }, embedder), scenario))
  }
  if (!options.has('no-ablation') && scenario.measure !== 'empty') {
    for (const signal of signals) {
      const alone = await answers(open({ ...defaultTuning, ...silent, [signal]: 1 }, embedder), scenario, 0)
      if (alone.some((found) => found.length > 0)) print(`  ${signal} alone`, scenario, alone)
    }
  }
  if (!options.has('no-ablation')) {
    for (const stage of stages) {
      const without = await answers(open({ ...defaultTuning, [stage]: 0 }), scenario)
      if (JSON.stringify(without) !== JSON.stringify(full)) print(`  without ${stage}`, scenario, without)
    }
    if (scenario.measure !== 'empty')
      print('  without floor', scenario, await answers(open(defaultTuning), scenario, 0))
  }
  console.log()
}

type Asker = (question: Question, floor: number | undefined) => Promise<readonly number[]>

/** Stores the records once, and asks them with any tuning. */
async function fill({
  records,
  questions,
}: Scenario): Promise<{ open: (tuning: Tuning, embedder?: Embedder) => Asker; bare: Answers }> {
  const { memory, db, reopen } = openMemory()
  const position = new Map<string, number>()
  for (const [index, { record }] of (await memory.rememberAll(records)).entries()) {
    if (!position.has(record.id)) position.set(record.id, index)
  }
  if (embedder !== undefined) await reopen({}, embedder).embed()
  db.exec("CREATE VIRTUAL TABLE bare USING fts5 (content, tokenize = 'porter unicode61 remove_diacritics 2')")
  const insert = db.prepare('INSERT INTO bare (rowid, content) VALUES (?, ?)')
  db.transaction(() => {
    for (const [index, { content }] of records.entries()) insert.run(index, content)
  })
  const search = db.prepare<{ rowid: number }>(
    `SELECT rowid FROM bare WHERE bare MATCH ? ORDER BY bm25(bare) LIMIT ${limit}`,
  )
  const plain = (text: string): number[] => {
    const terms = parseQuery(text).map((term) => ({ ...term, parts: [] }))
    const match = toMatch(terms)
    return terms.length === 0 ? [] : search.all(match).map(({ rowid }) => rowid)
  }
  return {
    bare: questions.map(({ text }) => plain(text)),
    open: (tuning, by) => {
      const asked = reopen({ tuning }, by)
      return async ({ text, namespace }, floor) =>
        (await asked.recall(text, { limit, namespace, ...(floor !== undefined && { floor }) })).hits.map(
          ({ id }) => position.get(id) ?? -1,
        )
    },
  }
}

async function answers(ask: Asker, { questions }: Scenario, floor?: number): Promise<Answers> {
  const all: (readonly number[])[] = []
  for (const question of questions) all.push(await ask(question, floor))
  return all
}

function print(label: string, { measure, questions }: Scenario, found: Answers): void {
  const recallAt = (count: number): Estimate =>
    mean(
      questions.map(({ gold }, index) => {
        const top = new Set(found[index]?.slice(0, count))
        return gold.filter((one) => top.has(one)).length / gold.length
      }),
    )
  const share = (holds: (index: number) => boolean): Estimate =>
    rate(questions.filter((_, index) => holds(index)).length, questions.length)
  const figures: [string, Estimate][] =
    measure === 'empty'
      ? [['empty answers', share((index) => found[index]?.length === 0)]]
      : [
          ['recall@5', recallAt(5)],
          ['recall@10', recallAt(10)],
          ['MRR', mean(questions.map(({ gold }, index) => 1 / (1 + placeOf(gold, found[index] ?? []))))],
          ...(measure === 'newest'
            ? [['first', share((index) => found[index]?.[0] === questions[index]?.newest)] as [string, Estimate]]
            : []),
        ]
  const text = figures.map(
    ([name, { value, low, high }]) => `${name} ${percent(value)} (${percent(low)} to ${percent(high)})`,
  )
  console.log(`${label.padEnd(22)}${text.join('   ')}`)
}

/** Place of the first that answers, from 0. */
function placeOf(gold: readonly number[], found: readonly number[]): number {
  const place = found.findIndex((one) => gold.includes(one))
  return place < 0 ? Number.POSITIVE_INFINITY : place
}

function percent(value: number): string {
  return (100 * value).toFixed(1).padStart(5)
}
