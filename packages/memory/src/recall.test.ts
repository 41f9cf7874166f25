import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { estimateTokens } from './budget.js'
import type { Memory } from './memory.js'
import type { RecallOptions } from './recall.js'
import { sensitivities } from './record.js'
import { day, monday, openMemory, said } from './testing/internal/open.js'

const found = async (memory: Memory, query: string, options?: RecallOptions): Promise<string[]> =>
  (await memory.recall(query, options)).hits.map(({ content }) => content)

async function knowing(...contents: string[]): Promise<Memory> {
  const { memory } = openMemory()
  await memory.rememberAll(contents.map((content) => said(content)))
  return memory
}

describe('recall()', () => {
  test('finds what was said, and shows where it came from and why it was found', async () => {
    const { memory } = openMemory()
    const { record } = await memory.remember(
      said('the deploy key rotates on Fridays', {
        source: { author: 'user', channel: 'web', sessionId: 's', turnId: 't' },
      }),
    )
    const { hits, terms, omitted, empty } = await memory.recall('when does the deploy key rotate?')
    expect(hits).toEqual([
      {
        id: record.id,
        content: 'the deploy key rotates on Fridays',
        kind: 'fact',
        score: expect.closeTo(0.975, 10),
        source: { author: 'user', channel: 'web', sessionId: 's', turnId: 't', at: monday },
        verification: 'stated',
        confidence: 1,
        explanation: {
          bm25: expect.any(Number),
          coverage: 1,
          matched: ['deploy', 'key', 'rotate'],
          shares: { text: 1, thread: 0, graph: 0, vector: 0 },
          missed: [],
          freshness: 1,
          confidence: 1,
        },
      },
    ])
    expect([terms, omitted, empty]).toEqual([['deploy', 'key', 'rotate'], 0, undefined])
  })

  test('finds the same in a crowd', async () => {
    const crowd = Array.from(
      { length: 500 },
      (_, index) => `Key person ${index} deploys service ${index % 7} on Fridays`,
    )
    const memory = await knowing(...crowd, 'the deploy key rotates on Fridays', ...crowd.map((text) => `${text} again`))
    expect((await found(memory, 'when does the deploy key rotate?'))[0]).toBe('the deploy key rotates on Fridays')
  })

  test.each([
    ['never mentioned', 'Who painted the harbour?', 'no-match'],
    ['shares one word of three', 'When does the garbage truck rotate?', 'below-floor'],
    ['about another name', 'When does the Zanzibar cluster key expire?', 'unknown-name'],
    ['only grammar', 'what is it?', 'no-terms'],
    ['blank', ' \n', 'no-terms'],
    ['only signs', '"*" () 🦀', 'no-terms'],
  ])('is empty and says why if the question is %s', async (_, query, empty) => {
    const memory = await knowing('the deploy key rotates on Fridays', 'Ana likes green tea', 'The office is in Lisbon')
    expect(await memory.recall(query)).toMatchObject({ hits: [], empty })
  })

  test('takes whatever shares a word when the floor is 0', async () => {
    const memory = await knowing('the deploy key rotates on Fridays')
    expect(await found(memory, 'When does the garbage truck rotate?', { floor: 0 })).toHaveLength(1)
  })

  test.each([
    ['fetchUserName', 'which function gets the user name? fetch'],
    ['fetchUserName', 'fetch_user_name'],
    ['fetch_user_name', 'fetchUserName'],
    ['packages/memory/src/index.ts', 'memory index'],
    ['--dry-run', 'dry run'],
    ['HTTPServer', 'http server'],
    ['naïve café', 'naive cafe'],
    ['数据库密钥每周五轮换', '密钥什么时候轮换'],
    ['東京タワー', '塔 東京'],
    ['ключ меняется в пятницу', 'ключ'],
  ])('finds %j by %j', async (content, query) => {
    expect(await found(await knowing(`${content}`, 'Ana likes green tea'), query)).toEqual([content])
  })

  test('finds a record by its tags', async () => {
    const { memory } = openMemory()
    await memory.remember(said('It rotates on Fridays', { tags: ['deploy-key'] }))
    expect(await found(memory, 'deploy key')).toHaveLength(1)
  })

  test('accepts any text as a question', async () => {
    const memory = await knowing(
      'the deploy key rotates on Fridays',
      "It's; DROP TABLE memory_records --",
      'NEAR "AND" OR NOT',
    )
    const operator = fc.constantFrom(
      '"',
      "'",
      'NEAR(',
      'AND',
      'OR',
      'NOT',
      '*',
      'key',
      ':',
      '^',
      '\ud800',
      '\0',
      ';--',
      '钥',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary', size: 'large' }),
      fc.array(operator).map((parts) => parts.join(' ')),
    )
    await fc.assert(fc.asyncProperty(text, async (query) => void (await memory.recall(query))))
    expect(await found(memory, 'DROP TABLE memory_records')).toHaveLength(1)
    expect(await memory.recall('rotate '.repeat(1_000_000))).toMatchObject({ hits: { length: 1 } })
  })

  test('puts the newer of two equal statements first', async () => {
    const { memory, clock } = openMemory()
    await memory.remember(said('The deploy key rotates on Fridays'))
    await clock.advance(1)
    await memory.remember(said('The deploy key rotates on Mondays'))
    expect((await found(memory, 'When does the deploy key rotate?'))[0]).toBe('The deploy key rotates on Mondays')
  })

  test('puts the surer and the verified of two equal statements first', async () => {
    const { memory } = openMemory()
    const source = { author: 'agent' } as const
    await memory.rememberAll([
      { content: 'Ana drinks tea', source, verification: 'verified' },
      { content: 'Ana drinks milk', source, confidence: 0.9 },
      { content: 'Ana drinks wine', source, confidence: 0.2 },
    ])
    expect(await found(memory, 'Ana drinks')).toEqual(['Ana drinks tea', 'Ana drinks milk', 'Ana drinks wine'])
  })

  test('lets a guess fade and a statement stay', async () => {
    const { memory, clock } = openMemory()
    await memory.rememberAll([said('Ana drinks tea'), { content: 'Ana drinks milk', source: { author: 'agent' } }])
    await clock.advance(90 * day)
    for (let run = 0; run < 2; run++) {
      const { hits } = await memory.recall('Ana drinks')
      expect(hits.map(({ confidence, explanation }) => [confidence, explanation.confidence])).toEqual([
        [1, 1],
        [0.7, 0.35],
      ])
    }
  })

  test('gives the same words of two authors once', async () => {
    const { memory } = openMemory()
    await memory.rememberAll([said('Ana drinks tea', { source: { author: 'agent' } }), said('Ana drinks tea')])
    const { hits } = await memory.recall('Ana drinks')
    expect(hits.map(({ source }) => source.author)).toEqual(['user'])
  })

  test('cuts whole records to the token budget, and counts what it left out', async () => {
    const memory = await knowing('tea '.repeat(400), 'Ana drinks tea', 'Ben drinks tea', 'Cem drinks tea')
    const contents = new Set((await memory.list()).map(({ content }) => content))
    for (const tokenBudget of [0, 3, 4, 8, 12, 200, 1_000]) {
      const { hits, omitted, empty } = await memory.recall('tea', { tokenBudget })
      expect(hits.reduce((total, { content }) => total + estimateTokens(content), 0)).toBeLessThanOrEqual(tokenBudget)
      expect(hits.every(({ content }) => contents.has(content))).toBe(true)
      expect([hits.length + omitted, empty]).toEqual([4, hits.length === 0 ? 'over-budget' : undefined])
    }
  })

  test('answers from what was believed, about what held', async () => {
    const { memory, clock } = openMemory()
    const old = await memory.remember(said('The office is in Lisbon', { validFrom: monday - 30 * day }))
    await clock.advance(7 * day)
    await memory.remember(said('The office is in Porto', { supersedes: old.record.id, validFrom: monday - day }))
    const where = (options?: RecallOptions): Promise<string[]> => found(memory, 'Where is the office?', options)
    expect(await where()).toEqual(['The office is in Porto'])
    expect(await where({ asOf: monday + day })).toEqual(['The office is in Lisbon'])
    expect(await where({ validAt: monday - 2 * day })).toEqual(['The office is in Lisbon'])
    expect(await where({ validAt: monday })).toEqual(['The office is in Porto'])
    expect(await where({ asOf: monday + day, validAt: monday })).toEqual(['The office is in Lisbon'])
    expect(await where({ validAt: monday - 40 * day })).toEqual([])
    expect(await where({ asOf: monday - 1 })).toEqual([])
  })

  test('never brings back what expired, not even as of before', async () => {
    const { memory, clock } = openMemory()
    await memory.remember(said('Ana is in Lisbon', { expiresAt: monday + day }))
    expect(await found(memory, 'Lisbon')).toHaveLength(1)
    await clock.advance(day)
    expect([await found(memory, 'Lisbon'), await found(memory, 'Lisbon', { asOf: monday })]).toEqual([[], []])
    expect(await memory.stats()).toMatchObject({ records: 0, expired: 1 })
    expect(await memory.forget({ expiredBy: clock.now() })).toBe(1)
  })

  test.each(sensitivities)('shows a reader cleared for %s nothing above it', async (clearance) => {
    const { memory } = openMemory()
    await memory.rememberAll(sensitivities.map((sensitivity) => said(`A ${sensitivity} note`, { sensitivity })))
    const allowed = sensitivities.slice(0, sensitivities.indexOf(clearance) + 1).map((level) => `A ${level} note`)
    expect((await found(memory, 'note', { clearance })).sort()).toEqual([...allowed].sort())
    expect((await memory.list({ clearance })).map(({ content }) => content)).toEqual([...allowed].reverse())
    expect((await memory.stats({ clearance })).records).toBe(allowed.length)
  })

  test('looks past any number of better records that the reader may not see', async () => {
    const { memory } = openMemory()
    const secret = Array.from({ length: 300 }, (_, index) => said(`deploy key ${index}`, { sensitivity: 'restricted' }))
    await memory.rememberAll([...secret, said('The deploy key is kept in the safe of the office in Lisbon')])
    expect(await found(memory, 'deploy key')).toHaveLength(1)
  })

  test('never leaks between namespaces', async () => {
    const word = fc.constantFrom('ana', 'ben', 'key', 'tea', 'rotates', 'lisbon')
    const note = fc.tuple(fc.constantFrom('one', 'two', 'three'), fc.array(word, { minLength: 1, maxLength: 4 }))
    await fc.assert(
      fc.asyncProperty(fc.array(note, { maxLength: 30 }), word, async (notes, query) => {
        const { memory, db } = openMemory({ namespace: 'one' })
        await memory.rememberAll(
          notes.map(([namespace, parts]) => said(`${namespace}: ${parts.join(' ')}`, { namespace })),
        )
        for (const namespace of ['one', 'two', 'three', 'four']) {
          const own = new Set(
            notes.filter(([owner, parts]) => owner === namespace && parts.includes(query)).map(String),
          )
          const hits = await found(memory, query, { namespace, limit: 100 })
          expect(hits.every((content) => content.startsWith(`${namespace}: `))).toBe(true)
          expect(hits.length).toBe(new Set([...own].map((text) => text.replaceAll(',', ' '))).size)
        }
        await memory.forget({ namespace: 'two' })
        expect(db.prepare('SELECT 1 FROM memory_namespaces WHERE name = ?').get('two')).toBeUndefined()
        db.close()
      }),
      { numRuns: 50 },
    )
  })

  test('throws the reason of an aborted signal', async () => {
    const reason = new Error('stopped')
    await expect(openMemory().memory.recall('x', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  test.each([{ limit: 0 }, { limit: 1.5 }, { limit: 1_001 }])('refuses %j', async (options) => {
    await expect(openMemory().memory.recall('x', options)).rejects.toThrow(RangeError)
  })

  test('gives the same answer, byte for byte, for the same history', async () => {
    const answer = async (): Promise<string> =>
      JSON.stringify(
        await (await knowing('Ana drinks tea', 'Ben drinks tea', 'Cem drinks milk')).recall('Who drinks tea?'),
      )
    expect(await answer()).toBe(await answer())
  })

  test('takes for a version what tells of a change, however it is worded', async () => {
    const memory = await knowing(
      'Talge takes 20 mg of the medicine every evening',
      'Talge was mentioned in the cellar next to a suitcase',
      'The doctor put Talge on 30 mg',
    )
    expect((await found(memory, 'What dose of the medicine does Talge take?'))[0]).toContain('30 mg')
  })

  test('takes for no version what tells of a change of something else', async () => {
    const memory = await knowing(
      'Gewexel works for Initech as an engineer',
      "Gewexel's favourite drink is espresso",
      'Gewexel would rather have green tea these days',
      'Gewexel moved to Oslo',
    )
    expect((await found(memory, 'Where does Gewexel work?'))[0]).toContain('Initech')
    expect((await found(memory, 'What is the favourite drink of Gewexel?'))[0]).toContain('green tea')
  })

  test('never follows a name of more than two hundred records', async () => {
    const { memory } = openMemory()
    const common = Array.from({ length: 201 }, (_, index) => said(`Zelbri signed form ${index}`))
    await memory.rememberAll([...common, said('Zelbri hired Quorvin'), said('Quorvin bakes')])
    const filler = Array.from({ length: 12_000 }, (_, index) => said(`note ${index}`))
    await memory.rememberAll(filler)
    const { hits } = await memory.recall('Whom did Zelbri pay?', { floor: 0, limit: 50 })
    expect(hits.length).toBeGreaterThan(0)
    expect(hits.every(({ explanation }) => explanation.shares.graph === 0)).toBe(true)
  })

  test('lets no age weigh on a pinned record', async () => {
    const { memory, clock } = openMemory()
    await memory.rememberAll([said('spare key: shed', { pinned: true }), said('spare key: attic')])
    await clock.advance(400 * day)
    const { hits } = await memory.recall('where is the spare key')
    expect(hits.map(({ content, explanation }) => [content, explanation.freshness])).toEqual([
      ['spare key: shed', 1],
      ['spare key: attic', expect.closeTo(2 ** (-400 / 90), 6)],
    ])
  })
})
