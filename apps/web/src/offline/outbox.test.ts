import 'fake-indexeddb/auto'
import { describe, expect, test } from 'vitest'
import { ApiError } from '../api/problem.js'
import { openKept } from './kept.js'
import { createOutbox, type NewMessage } from './outbox.js'

let databases = 0

/** A node that answers as it is told, and takes each message once, as the real one does. */
function create(answers: (ApiError | 'lost' | undefined)[] = []) {
  const taken: string[] = []
  const known = new Set<string>()
  const kept = openKept(`outbox-${databases++}`)
  let ids = 0
  let clock = 0
  const make = () =>
    createOutbox({
      kept,
      async send({ id, text }) {
        const answer = answers.shift()
        if (answer instanceof ApiError) throw answer
        if (!known.has(id)) taken.push(text)
        known.add(id)
        // It arrived, and nobody heard of it.
        if (answer === 'lost') throw new ApiError(0, 'Salp cannot be reached')
      },
      now: () => ++clock,
      newId: () => `m-${++ids}`,
      alone: (work) => work(),
      tellOthers: () => undefined,
    })
  return { taken, kept, make, outbox: make() }
}

const unreachable = new ApiError(0, 'Salp cannot be reached')
const busy = new ApiError(409, 'A turn is running in it', { code: 'agent/session-busy' })
const say = (text: string, sessionId = 's'): NewMessage => ({ text, sessionId })

describe('createOutbox()', () => {
  test('sends in the order of writing, once the node is back', async () => {
    const { outbox, taken } = create([unreachable])
    await outbox.add(say('one'))
    await outbox.add(say('two'))
    expect(await outbox.flush()).toBe(true)
    expect(outbox.snapshot().map(({ text, state }) => [text, state])).toEqual([
      ['one', 'waiting'],
      ['two', 'waiting'],
    ])
    expect(await outbox.flush()).toBe(false)
    expect([taken, outbox.snapshot()]).toEqual([['one', 'two'], []])
  })

  test('sends a message again under the same id when nobody knows whether it arrived', async () => {
    const { outbox, taken } = create(['lost'])
    await outbox.add(say('one'))
    expect(await outbox.flush()).toBe(true)
    expect(await outbox.flush()).toBe(false)
    expect([taken, outbox.snapshot()]).toEqual([['one'], []])
  })

  test('goes on after a page that ended while it sent', async () => {
    const { outbox, kept, make, taken } = create()
    await outbox.add(say('one'))
    await kept.markMessage('m-1', 'sending')
    const next = make()
    await next.refresh()
    expect(next.has('s')).toBe(true)
    await next.flush()
    expect([taken, next.has('s')]).toEqual([['one'], false])
  })

  test('waits for a conversation that is busy, and not with the others', async () => {
    const { outbox, taken } = create([busy])
    await outbox.add(say('one'))
    await outbox.add(say('two'))
    await outbox.add(say('other', 'elsewhere'))
    expect(await outbox.flush()).toBe(false)
    expect(taken).toEqual(['other'])
    await outbox.flush()
    expect(taken).toEqual(['other', 'one', 'two'])
  })

  test('keeps what the node does not take, with the reason, and does not send it again', async () => {
    const { outbox, taken } = create([new ApiError(400, 'It is too long')])
    await outbox.add(say('one'))
    await outbox.flush()
    await outbox.flush()
    expect([taken, outbox.snapshot()]).toMatchObject([[], [{ state: 'refused', reason: 'It is too long' }]])
  })

  test('gives a message back before it is sent, not while it is', async () => {
    const { outbox, kept, taken } = create()
    await outbox.add(say('one'))
    await outbox.add(say('two'))
    expect(await outbox.withdraw('m-1')).toMatchObject({ text: 'one' })
    expect(await outbox.withdraw('m-1')).toBeUndefined()
    await kept.markMessage('m-2', 'sending')
    expect(await outbox.withdraw('m-2')).toBeUndefined()
    await outbox.flush()
    expect(taken).toEqual(['two'])
  })
})
