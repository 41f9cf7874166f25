import { migrate, type SqlDatabase } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { stoppedClock } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { CartridgeTrap } from '../errors.js'
import { cartridgeMigrations } from '../migrations.js'
import type { PortDecision } from '../protocol.js'
import { type Candidate, createPort, type Port, type PortSpec } from './port.js'
import { openPortStore } from './port-store.js'

/** Guesses a number; what is asked is the number itself, and the built-in is off by one tenth. */
const guess: PortSpec<number, number, number> = {
  ...{ name: 'guess', description: 'Guesses', contract: 'a number in, a number out' },
  ...{ input: z.number(), output: z.number(), truth: z.number() },
  builtIn: (input) => input + 0.1,
  loss: (output, truth) => (output - truth) ** 2,
}

const candidate = (invoke: (input: number) => unknown, version = 1): Candidate => ({
  ...{ cartridge: 'mine', version },
  invoke: (input) => invoke(z.number().parse(input)),
})
const right = candidate((input) => input)
const same = candidate((input) => input + 0.1)
const wrong = candidate((input) => input + 1)

interface TestPort {
  readonly port: Port<number, number, number>
  readonly decisions: PortDecision[]
  readonly db: SqlDatabase
}

function openTest(db: SqlDatabase = openDatabase(':memory:')): TestPort {
  migrate(db, 'cartridge', cartridgeMigrations)
  const decisions: PortDecision[] = []
  const onDecision = (_: string, decision: PortDecision): void => void decisions.push(decision)
  const store = openPortStore(db, { port: 'guess' })
  return { port: createPort(guess, { clock: stoppedClock(1_000), store, onDecision }), decisions, db }
}

/** Tells `count` truths. */
function learn({ port }: TestPort, count: number): void {
  for (let index = 0; index < count; index++) port.learn(index, index)
}
const said = ({ decisions }: TestPort): string[] => decisions.map(({ decision }) => decision)

/** A port whose place `taken` has. */
function promoted(taken: Candidate): TestPort {
  const it = openTest()
  learn(it, 60)
  it.port.propose(taken)
  learn(it, 20)
  expect(said(it)).toEqual(['shadowed', 'promoted'])
  return it
}

describe('createPort()', () => {
  test('answers by the built-in until a candidate has run beside it', () => {
    const it = openTest()
    learn(it, 60)
    it.port.propose(right)
    learn(it, 19)
    expect(it.port.run(5)).toBe(5.1)
    expect(it.port.view()).toMatchObject({ cases: 79, shadow: { cases: 19, past: 30, needed: 20 } })
    learn(it, 1)
    expect(it.port.run(5)).toBe(5)
    expect(it.port.view().active).toMatchObject({ cartridge: 'mine', version: 1 })
    expect(said(it)).toEqual(['shadowed', 'promoted'])
  })

  test('lets in what is exactly as good, and asks for enough cases that no author saw', () => {
    const it = openTest()
    it.port.propose(same)
    learn(it, 29)
    expect(said(it)).toEqual(['shadowed'])
    learn(it, 1)
    expect(said(it)).toEqual(['shadowed', 'promoted'])
  })

  test('refuses at once what is worse on past cases, fails on one, or answers what does not fit', () => {
    const it = openTest()
    learn(it, 60)
    it.port.propose(wrong)
    it.port.propose(candidate(() => 'five', 2))
    it.port.propose(
      candidate((input) => {
        if (input > 50) throw new CartridgeTrap('fuel', 'it used all its fuel')
        return input
      }, 3),
    )
    expect(said(it)).toEqual(['refused', 'refused', 'refused'])
    expect(it.decisions[0]?.why).toBe('it is worse than the built-in by 0.99 over 30 past cases that it never saw')
    expect(it.decisions[2]?.why).toContain('it used all its fuel')
    expect(it.port.run(5)).toBe(5.1)
  })

  test('does not try again what was refused, until it was withdrawn', () => {
    const it = openTest()
    learn(it, 60)
    it.port.propose(wrong)
    it.port.propose(wrong)
    expect(said(it)).toEqual(['refused'])
    it.port.withdraw('mine', 'it was deleted')
    it.port.withdraw('mine', 'it was deleted')
    it.port.propose(wrong)
    expect(said(it)).toEqual(['refused', 'withdrawn', 'refused'])
  })

  test('refuses what turns out to be worse beside the built-in', () => {
    const it = openTest()
    learn(it, 10)
    it.port.propose(wrong)
    learn(it, 25)
    expect(said(it)).toEqual(['shadowed', 'refused'])
  })

  test('goes back to the built-in within the very question on which a cartridge fails', () => {
    let breaks = false
    const it = promoted(
      candidate((input) => {
        if (breaks) throw new CartridgeTrap('trap', 'unreachable')
        return input
      }),
    )
    breaks = true
    expect(it.port.run(5)).toBe(5.1)
    expect(it.decisions.at(-1)).toMatchObject({ decision: 'rolled-back', why: expect.stringContaining('unreachable') })
    breaks = false
    expect(it.port.run(5)).toBe(5.1)
  })

  test('goes back to the built-in when a cartridge has become worse, not on one bad answer', () => {
    let off = 0
    const it = promoted(candidate((input) => input + off))
    learn(it, 30)
    off = 0.3
    learn(it, 1)
    expect(it.port.view().active).toBeDefined()
    learn(it, 30)
    expect(it.decisions.at(-1)).toMatchObject({ decision: 'rolled-back', why: expect.stringContaining('worse') })
    expect(it.port.view().active).toBeUndefined()
  })

  test('has the same cartridge in its place after a restart, and another only by merit', () => {
    const { db } = promoted(right)
    const it = openTest(db)
    it.port.restore(candidate((input) => input, 2))
    expect(it.port.run(5)).toBe(5.1)
    it.port.restore(right)
    expect(it.port.run(5)).toBe(5)
    expect(it.port.view().decisions).toMatchObject([{ decision: 'promoted' }, { decision: 'shadowed' }])
    it.port.withdraw('mine', 'it was deleted')
    expect(it.port.run(5)).toBe(5.1)
    expect(openPortStore(db, { port: 'guess' }).active()).toBeUndefined()
  })

  test('keeps the latest 2,000 cases, half of them unseen by authors', () => {
    const it = openTest()
    learn(it, 2_100)
    const store = openPortStore(it.db, { port: 'guess' })
    expect(store.count()).toBe(2_000)
    expect(store.heldOut(5_000)).toHaveLength(1_000)
    expect(store.shown(5_000).map(({ input }) => input)).not.toContain(store.heldOut(1)[0]?.input)
  })
})
