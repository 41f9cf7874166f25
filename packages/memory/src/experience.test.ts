import { describe, expect, test } from 'vitest'
import { checkMemory } from './check.js'
import { createExperience, type EpisodeInput } from './experience.js'
import { day, monday, openMemory } from './testing/internal/open.js'

function openExperience() {
  const open = openMemory()
  const experience = createExperience(open, { episodes: 'episodes' })
  let turn = 0
  const log = (rest: Partial<EpisodeInput> = {}) =>
    experience.log({
      summary: 'Fix the failing test',
      outcome: 'success',
      steps: [{ tool: 'edit_file' }, { tool: 'run_command', detail: 'npm test' }],
      source: { author: 'agent', turnId: `turn ${turn + 1}`, at: monday - day + ++turn },
      ...rest,
    })
  return { ...open, experience, log }
}

describe('log()', () => {
  test('writes the same words twice if they happened twice, and curate keeps both', async () => {
    const { experience, log, memory } = openExperience()
    await log()
    await log()
    await memory.curate({ namespace: 'episodes' })
    expect((await experience.episodes()).map(({ record }) => record.source.turnId)).toEqual(['turn 2', 'turn 1'])
  })

  test('keeps episodes out of the answers of the main namespace', async () => {
    const { memory, log } = openExperience()
    await log()
    expect((await memory.recall('the failing test')).hits).toEqual([])
    expect((await memory.recall('the failing test', { namespace: 'episodes' })).hits).toHaveLength(1)
  })

  test('refuses an unknown outcome, naming the field', async () => {
    const { experience } = openExperience()
    const input = { summary: 'x', outcome: 'fine', source: { author: 'agent' } } as unknown
    await expect(experience.log(input as EpisodeInput)).rejects.toMatchObject({
      code: 'memory/input',
      message: expect.stringContaining('outcome'),
    })
  })
})

describe('episodes()', () => {
  test('filters by outcome and sentiment, newest first', async () => {
    const { experience, log } = openExperience()
    await log()
    await log({ outcome: 'failure', summary: 'The build keeps failing' })
    await log({ outcome: 'failure', summary: 'No disk left' })
    expect((await experience.episodes({ outcome: 'failure' })).map(({ sentiment }) => sentiment)).toEqual([
      'loss',
      'frustrating',
    ])
    expect(await experience.episodes({ sentiment: 'frustrating' })).toHaveLength(1)
    await expect(experience.episodes({ limit: 0 })).rejects.toThrow(RangeError)
  })
})

describe('learn()', () => {
  test('adds evidence to the lesson that says the same', async () => {
    const { experience, log } = openExperience()
    const [first, second] = [await log(), await log()]
    const lesson = { content: 'Run the tests before a commit', source: { author: 'agent' as const } }
    await experience.learn({ ...lesson, evidence: [{ episode: first.record.id, supports: true }] })
    const again = await experience.learn({ ...lesson, evidence: [{ episode: second.record.id, supports: true }] })
    expect(again).toMatchObject({ supports: 2, contradicts: 0, record: { kind: 'procedure' } })
    expect(await experience.lessons({ query: 'what to do before a commit?' })).toEqual([again])
  })

  test('refuses evidence that is no episode', async () => {
    const { experience, memory } = openExperience()
    const { record } = await memory.remember({ content: 'A fact', source: { author: 'user' } })
    const lesson = { content: 'So', source: { author: 'agent' as const } }
    for (const episode of [record.id, 'nothing'])
      await expect(experience.learn({ ...lesson, evidence: [{ episode, supports: true }] })).rejects.toMatchObject({
        code: 'memory/input',
      })
    expect(await experience.lessons()).toEqual([])
  })
})

describe('weigh()', () => {
  test('retracts a lesson that most of four episodes speak against, as history', async () => {
    const { experience, log, memory } = openExperience()
    const episodes = [await log(), await log(), await log(), await log()]
    const [first, ...others] = episodes.map(({ record }) => record.id)
    const { record } = await experience.learn({
      content: 'Delete the cache when the build fails',
      source: { author: 'agent' },
      evidence: [{ episode: first ?? '', supports: true }],
    })
    for (const episode of others.slice(0, 2)) await experience.weigh(record.id, episode, false)
    expect(await experience.lessons()).toHaveLength(1)
    expect(await experience.weigh(record.id, others[2] ?? '', false)).toMatchObject({ supports: 1, contradicts: 3 })
    expect(await experience.lessons()).toEqual([])
    expect((await memory.recall('the cache when the build fails')).hits).toEqual([])
    expect((await memory.get(record.id))?.closedAt).toBe(monday)
    expect(await memory.reopen(record.id)).toBe(true)
    expect(await experience.lessons()).toHaveLength(1)
  })
})

describe('practise()', () => {
  test('writes what keeps working once, and retracts it when it does not any more', async () => {
    const { experience, log, memory, clock, db } = openExperience()
    for (let index = 0; index < 3; index++) await log()
    const [procedure] = await experience.practise()
    expect(procedure).toMatchObject({
      supports: 3,
      record: {
        kind: 'procedure',
        content: 'What keeps working for "fix failing test": edit_file, then run_command (npm test)',
      },
      steps: [{ tool: 'edit_file' }, { tool: 'run_command', detail: 'npm test' }],
    })
    expect(await experience.practise()).toEqual([procedure])
    expect((await memory.recall('how to fix a failing test?')).hits.map(({ id }) => id)).toEqual([procedure?.record.id])

    await clock.advance(day)
    for (let index = 0; index < 4; index++) await log({ outcome: 'failure' })
    expect(await experience.practise()).toEqual([])
    expect((await memory.get(procedure?.record.id ?? ''))?.closedAt).toBe(monday + day)
    expect(checkMemory(db)).toEqual({ intact: true, problems: [] })
  })

  test('loses the evidence of an episode that was forgotten', async () => {
    const { experience, log, memory, db } = openExperience()
    const episodes = [await log(), await log(), await log()]
    expect(await experience.practise()).toHaveLength(1)
    await memory.forget({ ids: [episodes[0]?.record.id ?? ''], namespace: 'episodes' })
    expect(await experience.lessons()).toMatchObject([{ supports: 2 }])
    expect(await experience.practise()).toEqual([])
    expect(checkMemory(db).intact).toBe(true)
  })
})
