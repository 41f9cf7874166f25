import { createRng } from '@salp/core'
import { systemClock } from '@salp/core/node'
import { recordingPublisher } from '@salp/core/testing'
import { afterEach, describe, expect, test } from 'vitest'
import type { CartridgeEvents } from '../host/host.js'
import type { Program } from '../host/program.js'
import { type KvStore, memoryKvStore } from '../kv/kv-store.js'
import { answer, answerData, get, onRequest, program } from '../testing/internal/host.js'
import { backend } from '../testing/internal/wat.js'
import { openThreadHost, type ThreadHost } from './thread-host.js'
import { openThreadPool } from './thread-pool.js'

const open: ThreadHost[] = []
afterEach(async () => {
  for (const host of open.splice(0)) await host.close()
})

/** A pool, and the threads it opened. */
function threadPool(threads: number): { pool: ThreadHost; hosts: ThreadHost[]; kv: KvStore } {
  const kv = memoryKvStore()
  const events = recordingPublisher<CartridgeEvents>()
  const hosts: ThreadHost[] = []
  const pool = openThreadPool(
    {
      open() {
        const host = openThreadHost({ clock: systemClock, rng: createRng('pool'), kv, events, log: () => undefined })
        hosts.push(host)
        return host
      },
    },
    { threads },
  )
  open.push(pool)
  return { pool, hosts, kv }
}

const plain = (id: string): Program => program(backend(answer, answerData), { id })
const stuck = program(backend(onRequest('(loop br 0)'), answerData), { id: 'stuck', limits: { wallClockMs: 300 } })
/** Calls "b" with the frame of its own request, and answers "ok" if that did. */
const caller = program(
  backend(
    onRequest(
      '(if (i32.lt_s (call $call (i32.const 200) (i32.const 1) (local.get $ptr) (local.get $len)) (i32.const 0)) (then unreachable))',
    ),
    `(import "cart" "call" (func $call (param i32 i32 i32 i32) (result i32))) ${answerData} (data (i32.const 200) "b")`,
  ),
  { id: 'caller', capabilities: ['call'], callTargets: ['b'] },
)
/** Counts in keys and values: "n" gets one byte longer with each call. */
const counter = program(
  backend(
    onRequest(`(local.set $n (call $get (i32.const 200) (i32.const 1) (i32.const 0) (i32.const 0)))
      (if (i32.lt_s (local.get $n) (i32.const 0)) (then (local.set $n (i32.const 0))))
      (drop (call $set (i32.const 200) (i32.const 1) (i32.const 300) (i32.add (local.get $n) (i32.const 1))))`),
    `(import "cart" "kv_set" (func $set (param i32 i32 i32 i32) (result i32)))
     (import "cart" "kv_get" (func $get (param i32 i32 i32 i32) (result i32))) ${answerData} (data (i32.const 200) "n")`,
  ).replace('(result i64) ', '(result i64) (local $n i32) '),
  { id: 'b', capabilities: ['kv'] },
)
const placesOf = async (hosts: readonly ThreadHost[], id: string): Promise<boolean[]> =>
  Promise.all(hosts.map(async (host) => (await host.describe(id)) !== undefined))

describe('openThreadPool()', { timeout: 30_000 }, () => {
  test('shows and ends calls on whatever thread they are', async () => {
    const { pool } = threadPool(2)
    const endless = program(backend(onRequest('(loop br 0)'), answerData), { id: 'endless' })
    await pool.load(plain('x'))
    await pool.load(endless)
    const ended = pool.call('endless', 'request', get('/go')).then(
      () => 'answered',
      (error: { code?: string }) => error.code,
    )
    await pool.call('x', 'request', get('/go'))
    expect(pool.calls()).toMatchObject([{ cartridge: 'endless', running: true }])
    expect([pool.stop('endless'), await ended, pool.calls()]).toEqual([1, 'cartridge/stopped', []])
  })

  test('spreads cartridges, and keeps each where it is', async () => {
    const { pool, hosts } = threadPool(2)
    for (const id of ['a', 'b', 'a']) await pool.load(plain(id))
    expect(await placesOf(hosts, 'a')).toEqual([true, false])
    expect(await placesOf(hosts, 'b')).toEqual([false, true])
    expect(await pool.rollback('a')).toBe(1)
    expect(await pool.unload('b')).toBe(true)
    await pool.load(plain('c'))
    expect(await placesOf(hosts, 'c')).toEqual([false, true])
  })

  test('answers for others while one is stuck', async () => {
    const { pool } = threadPool(2)
    await pool.load(stuck)
    await pool.load(plain('a'))
    const order: string[] = []
    const ended = pool.call('stuck', 'request', get('/go')).catch((error: { code: string }) => order.push(error.code))
    const { output } = await pool.call('a', 'request', get('/go'))
    order.push(`${output.status}`)
    await ended
    // By its fuel or by the clock, whichever ends first here.
    expect(order).toEqual(['200', expect.stringMatching(/^cartridge\/(?:fuel|timeout)$/)])
  })

  test('brings what is called to its caller, with its versions, keys and values, and loses no call', async () => {
    const { pool, hosts, kv } = threadPool(2)
    await pool.load(plain('first'))
    await pool.load(counter)
    await pool.load(counter)
    expect(await placesOf(hosts, 'b')).toEqual([false, true])
    const calls = Array.from({ length: 5 }, () => pool.call('b', 'request', get('/go')))
    const loaded = pool.load(caller)
    const more = Array.from({ length: 5 }, async () => {
      await Promise.resolve()
      return pool.call('b', 'request', get('/go'))
    })
    await loaded
    for (const { output } of await Promise.all([...calls, ...more])) expect(output.status).toBe(200)
    expect(await placesOf(hosts, 'b')).toEqual([true, false])
    expect(await pool.describe('b')).toMatchObject({ version: 2, keptVersions: [1] })
    expect((await pool.call('caller', 'request', get('/go'))).output.status).toBe(200)
    expect(await pool.rollback('b')).toBe(1)
    await pool.call('b', 'request', get('/go'))
    // Ten calls at once, one by the caller, one after the rollback.
    expect([...kv.load('b')].map(([, value]) => value.length)).toEqual([12])
  })
})
