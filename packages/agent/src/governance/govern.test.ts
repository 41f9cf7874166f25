import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { createRedactor, migrate } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { stoppedClock } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { agentMigrations } from '../migrations.js'
import type { Effect } from '../protocol.js'
import { sha256 } from '../testing/test-agent.js'
import { type Assessment, createTool, type Tool, type ToolContext, ToolError } from '../tool.js'
import type { Approver } from './approval.js'
import { type AuditSealer, createAuditLog } from './audit.js'
import { type GovernDeps, type GovernOptions, govern } from './govern.js'
import { decideTier, type PolicyRule } from './policy.js'

const context = (signal = new AbortController().signal): ToolContext => ({
  signal,
  callId: 'c',
  sessionId: 's',
  turnId: 't',
  channel: 'test',
  request: '',
  progress: () => undefined,
})

const tool = (run: Tool['run'], more: Partial<Tool> = {}): Tool =>
  createTool({
    name: 'probe',
    description: '',
    input: z.object({ value: z.string() }),
    effect: 'read',
    timeoutMs: 1_000,
    run,
    ...more,
  }) as Tool

const answering = (answer: Awaited<ReturnType<Approver['request']>>): Approver => ({
  granted: () => false,
  request: () => Promise.resolve(answer),
})

function setup({
  approver = answering({ status: 'approved' }),
  rules = [],
  options = {},
}: {
  approver?: Approver
  rules?: PolicyRule[]
  options?: GovernOptions
} = {}) {
  const db = openDatabase(':memory:')
  migrate(db, 'agent', agentMigrations)
  const clock = stoppedClock()
  const redactor = createRedactor()
  const auditLog = createAuditLog({ db, clock, redactor, sha256 })
  const faults: string[] = []
  const deps: GovernDeps = {
    clock,
    redactor,
    auditLog,
    sha256,
    approver,
    looksTwice: () => false,
    timeoutMs: (_, baseMs) => baseMs,
    policy: {
      rules: () => ({ status: 'read', rules }),
      userOf: () => 'owner',
      approvalShift: (turnId) => (turnId === 'careful' ? 1 : 0),
      paused: () => undefined,
    },
    onFault: (name) => faults.push(name),
  }
  const governor = govern(deps, options)
  let next = 0
  const call = (which: Tool, input: unknown = { value: 'a' }, callContext = context()) =>
    governor.run({ id: `call-${++next}`, tool: which, input, context: callContext, onStart: () => undefined })
  return { db, clock, auditLog, faults, governor, call }
}

describe('govern()', () => {
  test('keeps its layers in one order', () => {
    expect(setup().governor.layers).toEqual([
      'audit',
      'containment',
      'validation',
      'policy',
      'breaker',
      'rate-limit',
      'concurrency',
      'approval',
      'verification',
      'timeout',
    ])
  })

  test('explains what does not fit the schema, field by field, and runs nothing', async () => {
    const { call } = setup()
    const never = tool(() => Promise.reject(new Error('ran')))
    expect(await call(never, { value: 1 })).toMatchObject({
      status: 'error',
      error: {
        kind: 'invalid',
        message: expect.stringContaining('"value": Invalid input: expected string'),
        hint: expect.stringContaining('"value"'),
      },
    })
  })

  test('is as careful as the substrate is in the turn of the call, not in another', async () => {
    const { call } = setup({ approver: answering({ status: 'denied' }), rules: [{ tier: 'allow' }] })
    const write = tool(() => Promise.resolve('written'), { effect: 'write' })
    expect(await call(write)).toMatchObject({ status: 'ok' })
    const careful = { ...context(), turnId: 'careful' }
    expect(await call(write, { value: 'a' }, careful)).toMatchObject({ error: { kind: 'denied' } })
  })

  test('refuses an oversized input', async () => {
    const { call } = setup({ options: { maxInputBytes: 100 } })
    expect(
      await call(
        tool(() => Promise.resolve(1)),
        { value: 'x'.repeat(200) },
      ),
    ).toMatchObject({ error: { kind: 'invalid' } })
  })

  test('gives a tool a rest after three faults, and another chance after a while', async () => {
    const { call, clock } = setup()
    let broken = true
    const flaky = tool(() =>
      broken ? Promise.reject(new ToolError('down', { kind: 'unavailable' })) : Promise.resolve('up'),
    )
    for (let count = 0; count < 3; count++) await call(flaky)
    broken = false
    expect(await call(flaky)).toMatchObject({
      error: { kind: 'unavailable', message: expect.stringContaining('broke 3 times') },
    })
    await clock.advance(60_000)
    expect(await call(flaky)).toEqual({ status: 'ok', output: 'up' })
  })

  test('does not count the mistakes of the model against a tool', async () => {
    const { call } = setup()
    const picky = tool(() => Promise.reject(new ToolError('no such file', { kind: 'invalid' })))
    for (let count = 0; count < 10; count++) await call(picky)
    expect(await call(picky)).toMatchObject({ error: { kind: 'invalid', message: 'no such file' } })
  })

  test('refuses calls beyond the rate limit until the window has moved on', async () => {
    const { call, clock } = setup({ options: { rateLimit: { calls: 2, windowMs: 1_000 } } })
    const quick = tool(() => Promise.resolve(1))
    await call(quick)
    await call(quick)
    expect(await call(quick)).toMatchObject({
      error: { kind: 'unavailable', message: expect.stringContaining('2 calls in 1 s') },
    })
    await clock.advance(1_000)
    expect(await call(quick)).toMatchObject({ status: 'ok' })
  })

  test('runs no more calls at once than there are places, and none holds one while it waits for a person', async () => {
    const answer = Promise.withResolvers<{ status: 'approved' }>()
    const { call } = setup({
      approver: { granted: () => false, request: () => answer.promise },
      options: { maxConcurrent: 1 },
    })
    const waits = call(tool(() => Promise.resolve('write'), { effect: 'write', name: 'write' }))
    expect(await call(tool(() => Promise.resolve('read')))).toEqual({ status: 'ok', output: 'read' })
    answer.resolve({ status: 'approved' })
    expect(await waits).toEqual({ status: 'ok', output: 'write' })
  })

  test('ends a call without a sign of life, even one that takes no notice', async () => {
    const { call, clock } = setup()
    const started = Promise.withResolvers<void>()
    const outcome = call(
      tool(() => {
        started.resolve()
        return new Promise(() => undefined)
      }),
    )
    await started.promise
    await clock.advance(1_000)
    expect(await outcome).toMatchObject({ error: { kind: 'timeout' } })
  })

  test('lets a call live on while it shows progress', async () => {
    const { call, clock } = setup()
    const done = Promise.withResolvers<string>()
    let progress: (text: string) => void = () => undefined
    const outcome = call(
      tool((_, { progress: show }) => {
        progress = show
        return done.promise
      }),
    )
    await clock.advance(900)
    progress('half')
    await clock.advance(900)
    done.resolve('made it')
    expect(await outcome).toEqual({ status: 'ok', output: 'made it' })
  })

  test('reports a stop of the turn as cancelled', async () => {
    const { call } = setup()
    const stop = new AbortController()
    const outcome = call(
      tool(
        (_, { signal }) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      ),
      { value: 'a' },
      context(stop.signal),
    )
    stop.abort()
    expect(await outcome).toMatchObject({ error: { kind: 'cancelled' } })
  })

  test('tells when the world is not as the tool says', async () => {
    const { call } = setup()
    const outcome = await call(
      tool(() => Promise.resolve(1), { verify: () => Promise.resolve({ passed: false, detail: 'nothing changed' }) }),
    )
    expect(outcome).toEqual({ status: 'ok', output: 1, verification: { passed: false, detail: 'nothing changed' } })
  })

  test('does not take a check that breaks for a pass', async () => {
    const { call } = setup()
    const outcome = await call(tool(() => Promise.resolve(1), { verify: () => Promise.reject(new Error('no disk')) }))
    expect(outcome).toMatchObject({ verification: { passed: false, detail: 'the check broke: no disk' } })
  })

  test('takes an unforeseen error for a fault, and reports it', async () => {
    const { call, faults } = setup()
    expect(await call(tool(() => Promise.reject(new TypeError('oops'))))).toMatchObject({
      error: { kind: 'failed', message: expect.stringContaining('oops') },
    })
    expect(faults).toEqual(['probe'])
  })

  test('cuts long texts in the middle, never inside a character', async () => {
    const { call } = setup({ options: { maxTextLength: 11 } })
    const outcome = await call(tool(() => Promise.resolve('😀'.repeat(20))))
    const text = outcome.status === 'ok' ? String(outcome.output) : ''
    expect(text.isWellFormed()).toBe(true)
    expect(text).toContain('29 characters left out')
  })

  test('never rejects, whatever an assessment throws', async () => {
    const { call } = setup()
    const odd = tool(() => Promise.resolve(1), {
      assess: () => {
        throw new Error('cannot tell')
      },
    })
    expect(await call(odd)).toMatchObject({ error: { kind: 'failed' } })
  })
})

describe('the record', () => {
  test('tells the exit code of a command, and what did not hold afterwards', async () => {
    const { call, auditLog } = setup()
    await call(tool(async () => ({ exitCode: 2, stdout: '' })))
    await call(tool(async () => ({ exitCode: 0 })))
    await call(tool(async () => 'written', { verify: async () => ({ passed: false, detail: 'it is not there' }) }))
    expect(auditLog.list({ limit: 3 }).map(({ result }) => result)).toEqual(['unverified', 'ok', 'exit 2'])
  })
})

describe('decideTier()', () => {
  const decide = (effect: Effect, more: Partial<Assessment> = {}, rules: PolicyRule[] = [], shift: 0 | 1 = 0) =>
    decideTier(
      { tool: { name: 'run_command', effect }, assessment: { risk: { level: 'low', reasons: [] }, ...more } },
      { rules, shift },
    ).tier

  test('asks about whatever writes, runs or goes out, and about nothing else', () => {
    expect((['none', 'read', 'self', 'write', 'execute', 'network'] as const).map((effect) => decide(effect))).toEqual([
      'allow',
      'allow',
      'allow',
      'ask',
      'ask',
      'ask',
    ])
  })

  test('follows the first rule that fits', () => {
    const rules: PolicyRule[] = [{ tool: 'run_*', upToRisk: 'low', tier: 'allow' }, { tier: 'deny' }]
    expect(decide('execute', {}, rules)).toBe('allow')
    expect(decide('execute', { risk: { level: 'medium', reasons: [] } }, rules)).toBe('deny')
  })

  test('asks about high risk even where a rule allows', () => {
    expect(decide('execute', { risk: { level: 'high', reasons: [] } }, [{ tier: 'allow' }])).toBe('ask')
  })

  test('asks about an allowed write when the substrate is careful', () => {
    expect(decide('write', {}, [{ tier: 'allow' }], 1)).toBe('ask')
    expect(decide('read', {}, [{ tier: 'allow' }], 1)).toBe('allow')
  })

  test('lets no rule overrule a refusal of the tool', () => {
    expect(decide('read', { refuse: 'outside the workspace' }, [{ tier: 'allow' }])).toBe('deny')
  })
})

describe('createAuditLog()', () => {
  test('records every call, however it ends, without secrets', async () => {
    const { call, auditLog } = setup({ approver: answering({ status: 'denied' }) })
    await call(
      tool(() => Promise.resolve(1)),
      { value: `token ${'ghp_'}zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17` },
    )
    await call(tool(() => Promise.resolve(1), { effect: 'write' }))
    await call(
      tool(() => Promise.resolve(1)),
      {},
    )
    const entries = auditLog.list({ limit: 10 })
    expect(entries.map(({ result }) => result)).toEqual(['invalid', 'denied', 'ok'])
    expect(JSON.stringify(entries)).not.toContain('ghp_')
    expect(auditLog.verify()).toEqual({ intact: true, checked: 3 })
  })

  test.each([
    ['a changed entry', "UPDATE agent_audit SET tool = 'other' WHERE sequence = 2", 2],
    ['a removed entry', 'DELETE FROM agent_audit WHERE sequence = 2', 3],
    ['a moved boundary between fields', "UPDATE agent_audit SET session_id = 'st', turn_id = '' WHERE sequence = 2", 2],
  ])('shows %s', async (_, sql, brokenAt) => {
    const { call, auditLog, db } = setup()
    for (let count = 0; count < 3; count++) await call(tool(() => Promise.resolve(1)))
    db.exec(sql)
    expect(auditLog.verify()).toMatchObject({ intact: false, brokenAt })
  })

  test('stays intact over many entries', async () => {
    const { call, auditLog } = setup({ options: { rateLimit: { calls: 1_000, windowMs: 1 } } })
    for (let count = 0; count < 300; count++) await call(tool(() => Promise.resolve(count)))
    expect(auditLog.verify()).toEqual({ intact: true, checked: 300 })
  })

  describe('with signatures', () => {
    const keys = generateKeyPairSync('ed25519')
    const sealer: AuditSealer = {
      sign: (text) => sign(null, Buffer.from(text), keys.privateKey).toString('base64'),
      isSigned: (text, signature) => verify(null, Buffer.from(text), keys.publicKey, Buffer.from(signature, 'base64')),
    }
    /** A record of 250 calls, two signatures in it. */
    const record = () => {
      const { db } = setup()
      const log = createAuditLog({ db, clock: stoppedClock(1_000), redactor: createRedactor(), sha256, sealer })
      const context = { sessionId: 's', turnId: 't' }
      for (let count = 0; count < 250; count++) {
        log.append({ id: `c${count}`, input: count, tool: { name: 'look' }, context }, {
          status: 'ok',
          output: count,
        } as never)
      }
      return { db, log }
    }

    test('looks at what came since the last one, or at everything', () => {
      const { log } = record()
      expect(log.verify()).toEqual({ intact: true, checked: 50, sealedUpTo: 200 })
      expect(log.verify({ all: true })).toEqual({ intact: true, checked: 250, sealedUpTo: 200 })
    })

    test('shows what was changed before it, when all is looked at', () => {
      const { db, log } = record()
      db.exec("UPDATE agent_audit SET tool = 'other' WHERE sequence = 50")
      expect(log.verify({ all: true })).toMatchObject({ intact: false, brokenAt: 50 })
    })

    test('shows a record that was written anew, hashes and all, by somebody without the key', () => {
      const { db, log } = record()
      const forged = createAuditLog({ db, clock: stoppedClock(2_000), redactor: createRedactor(), sha256 })
      db.exec('DELETE FROM agent_audit WHERE sequence > 150')
      const context = { sessionId: 's', turnId: 't' }
      for (let count = 150; count < 250; count++)
        forged.append({ id: `x${count}`, input: 0, tool: { name: 'look' }, context }, {
          status: 'ok',
          output: 0,
        } as never)
      expect(forged.verify()).toEqual({ intact: true, checked: 250 })
      expect(log.verify()).toMatchObject({ intact: false, brokenAt: 200 })
      db.exec(
        `UPDATE agent_audit_seals SET hash = (SELECT hash FROM agent_audit WHERE sequence = 200) WHERE sequence = 200`,
      )
      expect(log.verify()).toMatchObject({ intact: false, brokenAt: 200 })
    })
  })
})
