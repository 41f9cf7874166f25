/** Measures, on a generated store, that answers are found and that questions without an answer get none. */

import { createRng } from '@salp/core'
import { describe, expect, test } from 'vitest'
import { parseQuery, toMatch } from './query.js'
import { openMemory, said } from './testing/internal/open.js'

const rng = createRng('quality')
const pick = <T>(from: readonly T[]): T => from[Math.floor(rng() * from.length)] as T
const syllables = 'ba cor dan el fi gro hal im jo kel lun mar nov or pel qui ras tor um vin wex yar zel'.split(' ')
const name = (): string => {
  const word = pick(syllables) + pick(syllables) + pick(syllables)
  return word.charAt(0).toUpperCase() + word.slice(1)
}

const things = 'passport bicycle laptop guitar camera umbrella notebook helmet'.split(' ')
const places = 'cellar attic garage office locker drawer cabin studio'.split(' ')
const jobs = 'surgeon baker pilot welder teacher painter sailor judge'.split(' ')
const people = [...new Set(Array.from({ length: 150 }, name))]
const strangers = [...new Set(Array.from({ length: 150 }, name))].filter((one) => !people.includes(one))

const facts = people.flatMap((person) => [
  `${person} keeps a ${pick(things)} in the ${pick(places)}`,
  `${person} works as a ${pick(jobs)} for ${name()} and Sons`,
  `The deploy key of project ${person} rotates every ${2 + Math.floor(rng() * 20)} days`,
])

/** Questions about a name, in other words than the facts'. */
const about = (person: string): string[] => [
  `Where does ${person} keep things?`,
  `Who employs ${person} for work?`,
  `How often does the deploy key of ${person} rotate?`,
]

async function shares() {
  const { memory, db } = openMemory()
  await memory.rememberAll(facts.map((fact) => said(fact)))
  const bare = db.prepare<{ content: string }>(
    'SELECT content FROM memory_text WHERE memory_text MATCH ? ORDER BY rank LIMIT 5',
  )
  const share = async (questions: readonly string[], holds: (question: string, index: number) => Promise<boolean>) => {
    const results = await Promise.all(questions.map(holds))
    return results.filter(Boolean).length / questions.length
  }
  const answers = async (question: string): Promise<string[]> =>
    (await memory.recall(question, { limit: 5 })).hits.map(({ content }) => content)
  const answerable = people.flatMap(about)
  const far = strangers.flatMap((one) => [
    `Which volcano erupted near ${one}?`,
    `What does the ${one} constitution say on taxes?`,
  ])
  const isEmpty = async (question: string): Promise<boolean> => (await answers(question)).length === 0
  return {
    found: await share(answerable, async (question, index) => (await answers(question)).includes(facts[index] ?? '')),
    foundByFullText: await share(answerable, async (question, index) =>
      bare.all(toMatch(parseQuery(question))).some(({ content }) => content === facts[index]),
    ),
    emptyIfFar: await share(far, isEmpty),
    emptyIfUnknownName: await share(strangers.flatMap(about), isEmpty),
  }
}

describe('recall()', () => {
  test('finds as much as plain full text, and little where nothing is known', async () => {
    const measured = await shares()
    expect(measured).toMatchInlineSnapshot(`
      {
        "emptyIfFar": 0.9861111111111112,
        "emptyIfUnknownName": 0.9861111111111112,
        "found": 1,
        "foundByFullText": 1,
      }
    `)
    expect(measured.found).toBeGreaterThanOrEqual(measured.foundByFullText - 0.01)
    expect(measured.emptyIfFar).toBeGreaterThanOrEqual(0.95)
    expect(measured.emptyIfUnknownName).toBeGreaterThanOrEqual(0.6)
  })
})
