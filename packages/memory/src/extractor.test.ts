import { describe, expect, test } from 'vitest'
import { checkMemory } from './check.js'
import type { Extractor, Reading } from './extractor.js'
import { day, monday, openMemory, said } from './testing/internal/open.js'

const nothing: Reading = { names: [], relations: [] }

/** An extractor that reads by a table, and counts what it was asked. */
function scripted(table: Readonly<Record<string, Reading>>, rest: Partial<Extractor> = {}) {
  const asked: string[][] = []
  const extractor: Extractor = {
    modelId: 'scripted',
    batchSize: 2,
    async extract(texts) {
      asked.push([...texts])
      return texts.map((text) => table[text] ?? nothing)
    },
    consolidate: async () => [],
    ...rest,
  }
  return { extractor, asked }
}

const open = (extractor: Extractor) => {
  const first = openMemory()
  return { ...first, memory: first.reopen({}, undefined, extractor) }
}

describe('enrich()', () => {
  const text = 'yesterday kelva signed with orbital dynamics'
  const reading: Reading = {
    names: [
      { name: 'kelva', aliases: ['kel'] },
      { name: 'Orbital Dynamics', aliases: [] },
      { name: 'Made Up', aliases: [] },
    ],
    relations: [
      { subject: 'kelva', relation: 'client of', object: 'Orbital Dynamics', confidence: 0.9, valence: 0.4 },
      { subject: 'kelva', relation: 'owns', object: 'the moon', confidence: 1, valence: 1 },
      { subject: 'kelva', relation: 'doubts', object: 'orbital dynamics', confidence: 0.2, valence: -1 },
    ],
  }

  test('adds names and relations that rules miss, and leaves out what does not stand in the text', async () => {
    const { memory, db } = open(scripted({ [text]: reading }).extractor)
    await memory.remember(said(text))
    expect(await memory.about('Kelva')).toBeUndefined()
    expect(await memory.enrich({ limit: 10 })).toEqual({ read: 1, left: 0 })
    expect(await memory.about('Kelva')).toMatchObject({
      relations: [{ relation: 'client of', other: 'Orbital Dynamics', direction: 'from', valence: 0.4 }],
    })
    expect((await memory.graph()).nodes.map(({ label }) => label).sort()).toEqual(['Orbital Dynamics', 'kelva'])
    expect(checkMemory(db)).toEqual({ intact: true, problems: [] })
  })

  test('asks for each record once, newest first, and no more than allowed', async () => {
    const { extractor, asked } = scripted({})
    const { memory } = open(extractor)
    await memory.rememberAll([said('one'), said('two'), said('three'), said('secret', { sensitivity: 'restricted' })])
    expect(await memory.enrich({ limit: 1 })).toEqual({ read: 1, left: 2 })
    expect(await memory.enrich({ limit: 9 })).toEqual({ read: 2, left: 0 })
    expect(await memory.enrich({ limit: 9 })).toEqual({ read: 0, left: 0 })
    expect(asked).toEqual([['three'], ['two', 'one']])
  })

  test('goes on past a batch that fails, ends after two in a row, and says why', async () => {
    const { extractor, asked } = scripted({})
    const failing: Extractor = {
      ...extractor,
      async extract(texts, options) {
        if (texts.includes('poison') || texts.includes('more poison')) throw new Error('the model refused')
        return extractor.extract(texts, options)
      },
    }
    const { memory, events } = open(failing)
    await memory.rememberAll(['a', 'b', 'c', 'poison', 'd', 'e'].map((content) => said(content)))
    expect(await memory.enrich({ limit: 9 })).toEqual({ read: 4, left: 2, failed: 'the model refused' })
    expect(asked).toEqual([
      ['e', 'd'],
      ['b', 'a'],
    ])
    expect(events.published.map(([name]) => name)).toContain('memory:extractor-failed')
  })

  test('takes malformed readings for a failure', async () => {
    const { extractor } = scripted({}, { extract: async () => [] })
    const { memory } = open(extractor)
    await memory.remember(said('a'))
    expect(await memory.enrich({ limit: 1 })).toMatchObject({ read: 0, failed: expect.stringContaining('malformed') })
  })

  test('forgets what was read together with the record', async () => {
    const { memory, db } = open(scripted({ [text]: reading }).extractor)
    const { record } = await memory.remember(said(text))
    await memory.enrich({ limit: 1 })
    await memory.forget(record.id)
    expect((await memory.graph()).nodes).toEqual([])
    expect(checkMemory(db)).toEqual({ intact: true, problems: [] })
  })
})

describe('curate() with an extractor', () => {
  const talk = Array.from({ length: 5 }, (_, index) =>
    said(`Ann and Bo talked about pump ${index}`, {
      kind: 'event',
      thread: 'shift',
      source: { author: 'user', at: monday - 60 * day },
    }),
  )

  test('writes the facts it sees, no surer than it is, and asks once', async () => {
    let asked = 0
    const { extractor } = scripted(
      {},
      {
        async consolidate() {
          asked++
          return [{ content: 'Ann is in charge of the pumps', confidence: 0.8 }]
        },
      },
    )
    const { memory } = open(extractor)
    await memory.rememberAll(talk)
    const { condensed } = await memory.curate({ condenseAfterMs: day })
    expect(condensed).toHaveLength(1)
    expect(await memory.get(condensed[0]?.summary ?? '')).toMatchObject({
      kind: 'fact',
      content: 'Ann is in charge of the pumps',
      confidence: 0.8,
      verification: 'inferred',
    })
    await memory.curate({ condenseAfterMs: day })
    expect(asked).toBe(1)
    await memory.forget({ kind: 'event' })
    expect((await memory.stats()).records).toBe(0)
  })

  test('condenses without it where it fails or sees nothing', async () => {
    for (const consolidate of [
      async () => [],
      async () => {
        throw new Error('out of credit')
      },
    ]) {
      const { memory } = open(scripted({}, { consolidate }).extractor)
      await memory.rememberAll(talk)
      const { condensed } = await memory.curate({ condenseAfterMs: day })
      expect(await memory.get(condensed[0]?.summary ?? '')).toMatchObject({ kind: 'summary' })
    }
  })
})
