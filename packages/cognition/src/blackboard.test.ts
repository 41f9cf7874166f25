import { stoppedClock } from '@salp/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Attention,
  boardCapacity,
  createBlackboard,
  type Entry,
  isVisible,
  type Post,
  type Scope,
  salienceAt,
  salienceOf,
} from './blackboard.js'
import { signatureOf } from './internal/signature.js'
import { restingModulators } from './neuromodulation.js'

const turn: Scope = { level: 'turn', sessionId: 's', turnId: 't' }
const attention: Attention = {
  goal: signatureOf('delete the old backups'),
  regime: 'balanced',
  modulators: restingModulators,
  energy: 1,
}
const post: Post = { topic: 'risk', source: 'perception', content: 'delete', scope: turn, harm: 0.7 }

function board(clock = stoppedClock()) {
  return createBlackboard({
    clock,
    onError: (error) => {
      throw error
    },
  })
}

function entryOf(result: ReturnType<ReturnType<typeof board>['post']>): Entry {
  if (result.status === 'refused') throw new Error('The post was refused')
  return result.entry
}

describe('salienceOf()', () => {
  test('weighs the factors by regime and stays in [0, 1]', () => {
    const factor = fc.double({ min: 0, max: 1, noNaN: true })
    const gain = fc.double({ min: 0.1, max: 2, noNaN: true })
    fc.assert(
      fc.property(
        fc.record({ novelty: factor, relevance: factor, urgency: factor, learning: factor }),
        fc.record({ dopamine: gain, noradrenaline: gain, serotonin: gain }),
        (factors, modulators) => {
          const salience = salienceOf(factors, { regime: 'explore', modulators })
          expect(salience).toBeGreaterThanOrEqual(0)
          expect(salience).toBeLessThanOrEqual(1)
        },
      ),
    )
    expect(salienceOf({ novelty: 1, relevance: 0, urgency: 1, learning: 0 }, attention)).toBeCloseTo(0.45, 9)
  })
})

describe('post()', () => {
  test('computes why an entry matters from what is known', () => {
    expect(entryOf(board().post({ ...post, informationBits: 0.25 }, attention))).toEqual({
      id: 1,
      topic: 'risk',
      source: 'perception',
      content: 'delete',
      scope: turn,
      factors: { novelty: 1, relevance: 1, urgency: expect.closeTo(0.7, 9), learning: 0.5 },
      salience: expect.closeTo(0.3 + 0.25 * 0.5 + 0.3 + 0.15 * 0.7, 9),
      at: 0,
      count: 1,
      readBy: [],
    })
  })

  test('finds the like of an entry less novel, unless its readers do not see that', () => {
    const held = board()
    held.post(post, attention)
    const again: Post = { ...post, source: 'other' }
    expect(entryOf(held.post(again, attention)).factors.novelty).toBe(0)
    const elsewhere: Scope = { level: 'turn', sessionId: 's', turnId: 'u' }
    expect(entryOf(held.post({ ...post, scope: elsewhere }, attention)).factors.novelty).toBe(1)
  })

  test('counts a repetition instead of keeping two', () => {
    const held = board()
    held.post(post, attention)
    expect(held.post(post, attention)).toMatchObject({ status: 'merged', entry: { id: 1, count: 2 } })
    expect(held.entries()).toHaveLength(1)
  })

  test('finds everything more urgent as budgets drain', () => {
    const { factors } = entryOf(board().post(post, { ...attention, energy: 0 }))
    expect(factors.urgency).toBe(1)
  })

  test('cuts what is long, leaving no half character', () => {
    const { content } = entryOf(board().post({ ...post, content: `${'a'.repeat(299)}👩` }, attention))
    expect(content).toBe(`${'a'.repeat(299)}\ufffd`)
  })

  test('stays bounded under 100 000 posts, keeping the most salient', () => {
    const held = board()
    held.post({ ...post, informationBits: 9, share: 1 }, attention)
    let refused = 0
    for (let index = 0; index < 100_000; index++) {
      const source = `source ${index}`
      const result = held.post({ ...post, source, content: `entry ${index}`, harm: (index % 10) / 10 }, attention)
      if (result.status === 'refused') refused++
    }
    expect(held.entries()).toHaveLength(boardCapacity)
    expect(held.entries()[0]?.content).toBe('delete')
    expect(refused).toBeGreaterThan(90_000)
  })

  test('holds back a source that posts faster than it may, and no other', () => {
    const held = board()
    const flood = Array.from({ length: 100 }, (_, index) => held.post({ ...post, content: `${index}` }, attention))
    expect(flood.filter(({ status }) => status !== 'refused')).toHaveLength(32)
    expect(held.post({ ...post, source: 'other', informationBits: 9 }, attention).status).toBe('added')
  })
})

describe('hears()', () => {
  test('is true for readers in scope only', () => {
    const held = board()
    held.post(post, attention)
    expect(held.hears(turn, 'risk')).toBe(true)
    expect(held.hears({ level: 'turn', sessionId: 's', turnId: 'u' }, 'risk')).toBe(false)
    expect(held.hears(turn, 'denial')).toBe(false)
  })

  test('is false for what was withdrawn, or whose turn ended', () => {
    const held = board()
    held.post(post, attention)
    held.withdraw(turn, 'risk', 'other')
    expect(held.hears(turn, 'risk')).toBe(true)
    held.withdraw(turn, 'risk')
    expect(held.hears(turn, 'risk')).toBe(false)
    held.post(post, attention)
    held.endTurn('t')
    expect(held.entries()).toEqual([])
  })
})

describe('readers', () => {
  test('are noted, and counted once an entry', () => {
    const held = board()
    held.post(post, attention)
    held.post({ ...post, topic: 'denial' }, attention)
    held.hears(turn, 'risk')
    held.hears(turn, 'risk', 'person')
    expect(held.entries().map(({ readBy }) => readBy)).toEqual([['precision', 'person'], []])
    expect([held.takeFlow(), held.takeFlow()]).toEqual([
      { posted: 2, heard: 1 },
      { posted: 0, heard: 0 },
    ])
  })

  test('hear only what is as salient as was set', () => {
    const held = board()
    held.post(post, attention)
    held.setThreshold(0.99)
    expect(held.hears(turn, 'risk')).toBe(false)
  })
})

describe('restore()', () => {
  test('brings back what concerned more than a turn', () => {
    const held = board()
    held.post(post, attention)
    held.post({ ...post, scope: { level: 'session', sessionId: 's' }, content: 'kept' }, attention)
    const later = board()
    later.restore(held.entries())
    expect(later.entries().map(({ content }) => content)).toEqual(['kept'])
    expect(entryOf(later.post(post, attention)).id).toBe(3)
  })
})

describe('subscribe()', () => {
  test('tells of later entries on the topic until stopped', () => {
    const held = board()
    const heard: number[] = []
    const stop = held.subscribe('risk', ({ id }) => heard.push(id))
    held.post(post, attention)
    held.post({ ...post, topic: 'surprise' }, attention)
    stop()
    held.post({ ...post, content: 'drop' }, attention)
    expect(heard).toEqual([1])
  })
})

describe('isVisible()', () => {
  test('lets a turn see its session and the agent, and no other', () => {
    const session: Scope = { level: 'session', sessionId: 's' }
    const agent: Scope = { level: 'agent' }
    expect([turn, session, agent].map((scope) => isVisible(scope, turn))).toEqual([true, true, true])
    expect([turn, session, agent].map((scope) => isVisible(scope, session))).toEqual([false, true, true])
    expect([turn, session, agent].map((scope) => isVisible(scope, agent))).toEqual([false, false, true])
  })
})

describe('salienceAt()', () => {
  test('halves in five minutes and never grows', () => {
    expect(salienceAt({ salience: 0.8, at: 0 }, 300_000)).toBe(0.4)
    expect(salienceAt({ salience: 0.8, at: 1_000 }, 0)).toBe(0.8)
  })
})
