import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEventBus, createRng, migrate } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { recordingLogger } from '@salp/core/testing'
import { expect, test } from 'vitest'
import { cartridgeMigrations } from '../migrations.js'
import { serve } from '../testing/internal/serve.js'
import type { WorkshopEvents } from '../workshop/contract.js'
import { openWorkshop } from './open-workshop.js'

test('openWorkshop() lets what runs ask the hosts that are granted, on the open internet, and what is tested nobody', async () => {
  let asked = 0
  await using server = await serve((_, response) => {
    asked++
    response.end()
  })
  const folder = await mkdtemp(join(tmpdir(), 'salp-workshop-'))
  const db = openDatabase(':memory:')
  migrate(db, 'cartridge', cartridgeMigrations)
  const events = createEventBus<WorkshopEvents>({
    onError(error) {
      throw error
    },
  })
  const log = recordingLogger()
  const workshop = await openWorkshop(
    { db, clock: systemClock, rng: createRng('workshop'), log, events, folder },
    { grants: ['http'], httpHosts: [`http://${server.host}`] },
  )
  const source = `export function handle() {
    try { return http({ url: 'http://${server.host}/' }).body } catch (error) { return 'nobody' }
  }`
  const tests = [{ name: 'asks nobody', request: { path: '/go' }, body: 'nobody' }]
  const terms = { capabilities: ['http' as const], httpHosts: [server.host], tests }
  workshop.create({ id: 'a', name: 'A', kind: 'backend', language: 'script', source, ...terms })
  expect(await workshop.build('a')).toMatchObject({ status: 'active', tests: [{ passed: true }] })
  expect(workshop.logs('a', { after: 0 })).toEqual([])
  expect(await workshop.perform('a', { request: { path: '/go' } })).toMatchObject({ body: 'nobody' })
  expect(workshop.logs('a', { after: 0 })).toMatchObject([
    { level: 'warn', text: 'http() refused: 127.0.0.1 is not on the open internet' },
  ])
  expect(asked).toBe(0)
  await workshop.close()
  await rm(folder, { recursive: true })
}, 30_000)
