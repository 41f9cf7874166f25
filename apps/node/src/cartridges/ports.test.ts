import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ForecastQuestion } from '@salp/cognition'
import { createRng, migrate } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { recordingLogger } from '@salp/core/testing'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Cartridges, openCartridges } from './cartridges.js'

let folder: string
let cartridges: Cartridges
const db = openDatabase(':memory:')

const open = (): Promise<Cartridges> =>
  openCartridges(
    { db, clock: systemClock, rng: createRng('ports'), log: recordingLogger(), folder, money: undefined },
    { cartridges: { grants: [], httpHosts: [] } },
  )
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'salp-ports-'))
  migrate(db, 'cartridge', [])
  cartridges = await open()
})
afterAll(async () => {
  await cartridges.close()
  await rm(folder, { recursive: true })
})

/** A function that answers the port by the text in `answer`, with the question as `asked`. */
const source = (answer: string): string => `import { Json } from 'cart/json'
export function invoke(input: string): string {
  const asked = Json.parse(input)
  const tool = asked.get('tool').text
  ${answer}
}
`
const says = (works: string): string => `return Json.object().set('works', ${works}).toString()`
const question = (tool: string): ForecastQuestion => ({ tool, situation: 'code', answered: 2, failed: 2, works: 0.5 })
const learn = (count: number): void => {
  for (let index = 0; index < count; index++) {
    // What answers does so nine times of ten, what fails one time of ten.
    cartridges.ports.forecaster.learn(question('good'), index % 10 !== 0)
    cartridges.ports.forecaster.learn(question('bad'), index % 10 === 0)
  }
}
const view = () => cartridges.ports.list()[0]
const forecast = (tool: string): number => cartridges.ports.forecaster.forecast(question(tool))

async function build(id: string, text: string): Promise<void> {
  const { workshop } = cartridges
  const tests = [{ name: 'answers', input: { ...question('good') }, output: { works: 0.9 } }]
  if (!workshop.list().some((known) => known.id === id))
    workshop.create({ id, name: id, kind: 'cognitive', port: 'forecast', tests })
  workshop.change(id, { source: source(text) })
  expect(await workshop.build(id)).toMatchObject({ status: 'active' })
}
const decided = (decision: string, cartridge: string) =>
  vi.waitFor(() => expect(view()?.decisions[0]).toMatchObject({ decision, cartridge }), { timeout: 10_000 })

describe('the port "forecast"', { timeout: 60_000 }, () => {
  test('is answered by the substrate itself where nobody took it', () => {
    learn(50)
    expect(forecast('good')).toBe(0.5)
    expect(view()).toMatchObject({ name: 'forecast', cases: 100, decisions: [] })
  })

  test('refuses a cartridge that is worse on cases it never saw', async () => {
    await build('worse', says("tool === 'good' ? 0.9 : 0.95"))
    await decided('refused', 'worse')
    expect(view()?.decisions[0]?.why).toMatch(/worse than the built-in by 0\.\d+ over 50 past cases/)
    expect(forecast('good')).toBe(0.5)
  })

  test('gives the place to one that is better, once it has run beside the built-in', async () => {
    await build('better', says("tool === 'good' ? 0.9 : 0.1"))
    await decided('shadowed', 'better')
    expect(forecast('good')).toBe(0.5)
    learn(10)
    await decided('promoted', 'better')
    expect([forecast('good'), forecast('bad')]).toEqual([0.9, 0.1])
  })

  test('keeps it through a restart', async () => {
    await cartridges.close()
    cartridges = await open()
    cartridges.ports.start()
    await vi.waitFor(() => expect(forecast('bad')).toBe(0.1), { timeout: 10_000 })
  })

  test('takes it from one that breaks, while questions go on', async () => {
    await build('brittle', `if (tool === 'new') unreachable()\n  ${says("tool === 'good' ? 0.9 : 0.1")}`)
    await decided('shadowed', 'brittle')
    learn(10)
    await decided('promoted', 'brittle')
    expect(forecast('bad')).toBe(0.1)
    expect(forecast('new')).toBe(0.5)
    expect(forecast('bad')).toBe(0.5)
    await decided('rolled-back', 'brittle')
  })

  test('refuses to build what asks for a port that is not there, or for more than its question', async () => {
    const { workshop } = cartridges
    workshop.change('better', { port: 'elsewhere' })
    expect(await workshop.build('better')).toMatchObject({
      stage: 'check',
      message: expect.stringContaining('forecast'),
    })
    workshop.change('better', { port: 'forecast', capabilities: ['clock'] })
    expect(await workshop.build('better')).toMatchObject({ stage: 'check' })
  })
})
