import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pushMigrations } from '@salp/agent'
import { createEventBus, createRedactor, migrate } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { recordingLogger } from '@salp/core/testing'
import { expect, test } from 'vitest'
import { settingsSchema } from '../settings.js'
import { type OpenPushDeps, openPush } from './push.js'

test('openPush() makes neither keys nor a way out where everything stays on the machine', async () => {
  const keystore = mkdtempSync(join(tmpdir(), 'salp push '))
  const db = openDatabase(':memory:')
  migrate(db, 'agent-push', pushMigrations)
  const agent: OpenPushDeps['agent'] = {
    events: createEventBus({ onError: () => undefined }),
    approvals: { pending: () => [] },
    questions: { open: () => [] },
    tasks: { list: () => [] },
  }
  const deps = { db, clock: systemClock, log: recordingLogger(), redactor: createRedactor({}), agent, keystore }
  const settings = settingsSchema.parse({})
  expect(openPush(deps, { ...settings, agent: { ...settings.agent, airGap: true } })).toBeUndefined()
  expect(existsSync(join(keystore, 'push-key'))).toBe(false)
  const push = openPush(deps, settings)
  expect(push?.view().publicKey).toMatch(/^[\w-]{87}$/)
  await push?.close()
  db.close()
  rmSync(keystore, { recursive: true })
})
