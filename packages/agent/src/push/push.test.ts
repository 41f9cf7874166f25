import { createRedactor, migrate } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { afterEach, describe, expect, test } from 'vitest'
import type { PushNotice } from '../protocol-push.js'
import type { Work } from '../protocol-work.js'
import { createTestAgent } from '../testing/test-agent.js'
import { createTestApi } from '../testing/test-api.js'
import { createPush } from './push.js'
import type { PushOutcome, PushSender } from './push-sender.js'
import { pushMigrations } from './push-store.js'

const keys = { p256dh: 'B'.repeat(87), auth: 'a'.repeat(22) }
const phone = { endpoint: 'https://push.test/phone', keys, label: 'Phone' }

/** A push service that answers as it is told, and keeps what it took. */
function createService(answers: PushOutcome[] = []) {
  const taken: { endpoint: string; notice: PushNotice; urgency: string }[] = []
  const sender: PushSender = {
    publicKey: 'the-key',
    problem: (endpoint) => (endpoint.startsWith('https:') ? undefined : 'its address is no https address'),
    async send({ endpoint }, { text, urgency }) {
      const outcome = answers.shift() ?? 'taken'
      if (outcome === 'taken') taken.push({ endpoint, notice: JSON.parse(text) as PushNotice, urgency })
      return outcome
    },
  }
  return { taken, sender, tags: () => taken.map(({ notice }) => notice.tag) }
}

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

function open(answers: PushOutcome[] = [], { db = openDatabase(':memory:'), work = [] as Work[] } = {}) {
  migrate(db, 'agent-push', pushMigrations)
  const made = createTestAgent({
    db,
    script: Array.from({ length: 4 }, () => ({
      calls: [{ name: 'change', input: { value: 'sk-live-0123456789abcdef' } }],
    })),
  })
  const service = createService(answers)
  const redactor = createRedactor({ secrets: ['hunter2-hunter2'] })
  const autonomy = { list: () => work }
  const push = createPush({ ...made, redactor, autonomy, sender: service.sender }, { name: 'Salp' })
  closing.push(async () => {
    await push.close()
    await made.agent.close()
  })
  /** Lets what can go on without the clock go on. */
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  const ask = async (sessionId: string) => {
    const asked = Promise.withResolvers<void>()
    const stop = made.agent.events.subscribe('approval:requested', () => asked.resolve())
    made.agent.stream({ sessionId, text: 'Change it', channel: 'studio' })
    await asked.promise
    stop()
    await settle()
  }
  return { ...made, ...service, push, settle, ask, work }
}

describe('createPush()', () => {
  test('tells a device of an approval, once, without what looks like a secret', async () => {
    const { push, ask, taken, settle, agent } = open()
    push.subscribe(phone)
    push.start()
    await ask('s')
    const [approval] = agent.approvals.pending()
    expect(taken).toEqual([
      {
        endpoint: phone.endpoint,
        urgency: 'high',
        notice: {
          title: 'Salp waits for your word',
          body: 'change: {"value":"[redacted:api-key]"} (low risk)',
          tag: `approval:${approval?.id}`,
          hash: `#/now?ask=${approval?.id}`,
          decides: true,
        },
      },
    ])
    agent.stop('s')
    await settle()
    expect(taken).toHaveLength(1)
  })

  test('tells nothing that was before the device came, or that it does not want', async () => {
    const { push, ask, taken, clock, tags } = open()
    await ask('before')
    await clock.advance(1)
    push.subscribe(phone)
    push.subscribe({ ...phone, endpoint: 'https://push.test/quiet', kinds: { approvals: false } })
    push.start()
    await ask('after')
    expect([tags().length, taken.map(({ endpoint }) => endpoint)]).toEqual([1, [phone.endpoint]])
  })

  test('tries again a few times, later each time, and then gives up', async () => {
    const { push, ask, taken, clock, log } = open(Array.from({ length: 20 }, () => 'later' as const))
    push.subscribe(phone)
    push.start()
    await ask('s')
    await clock.advance(3_600_000)
    expect(taken).toEqual([])
    expect(log.lines.filter(({ message }) => message === 'A device could not be told')).toMatchObject([
      { level: 'warn', fields: { device: 'Phone', tried: 6, outcome: 'later' } },
    ])
  })

  test('removes a device that is gone', async () => {
    const { push, ask } = open(['gone'])
    push.subscribe(phone)
    push.start()
    await ask('s')
    expect(push.view()).toEqual({ publicKey: 'the-key', devices: [] })
  })

  test('says nothing of what was decided before it could be told', async () => {
    const { push, ask, taken, clock, agent } = open(['later'])
    push.subscribe(phone)
    push.start()
    await ask('s')
    agent.stop('s')
    await clock.advance(60_000)
    expect(taken).toEqual([])
  })

  test('tells of a task that ended alone, once, over a restart', async () => {
    const work: Work[] = []
    const db = openDatabase(':memory:')
    const first = open([], { db, work })
    const { id } = first.agent.tasks.create({ title: 'Mend hunter2-hunter2' })
    first.push.subscribe(phone)
    first.push.start()
    await first.settle()
    const rest = {
      verify: ['true'],
      acceptance: [],
      context: '',
      plan: [],
      risks: [],
      review: 'auto' as const,
      after: [],
      maxRounds: 5,
      maxMinutes: 120,
      checks: [],
    }
    work.push({
      ...{ ...rest, taskId: id, state: 'blocked', attempt: 1, rounds: 2, queuedAt: 1, sessionId: 'task-1-1' },
      ...{ finishedAt: first.clock.now() + 1, reason: `It failed: ${'x'.repeat(300)}` },
    })
    await first.clock.advance(60_000)
    await first.settle()
    expect(first.taken).toMatchObject([{ urgency: 'normal', notice: { title: 'Needs you: Mend [redacted:known]' } }])
    expect(first.taken[0]?.notice.body).toHaveLength(200)
    await first.push.close()
    const second = open([], { db, work })
    second.push.start()
    await second.clock.advance(120_000)
    expect(second.taken).toEqual([])
  })

  test('tells of a task that needs its person as such, not as a question too', async () => {
    const work: Work[] = []
    const { push, agent, taken, settle, clock } = open([], { work })
    const { id } = agent.tasks.create({ title: 'Mend it' })
    push.subscribe(phone)
    push.start()
    const rest = { verify: ['true'], acceptance: [], context: '', plan: [], risks: [], after: [], maxRounds: 5 }
    const state = { maxMinutes: 120, checks: [], review: 'auto' as const, state: 'blocked' as const, attempt: 1 }
    work.push({ ...rest, ...state, taskId: id, rounds: 2, queuedAt: 1, finishedAt: clock.now() })
    agent.store.create({ id: 's' })
    const callId = `work-${id}-1-2`
    const place = { sessionId: 's', turnId: callId, callId, channel: 'task', request: '', progress: () => undefined }
    const gone = new AbortController()
    const answer = agent.questions.ask('What now?', ['Try again'], { ...place, signal: gone.signal })
    await settle()
    const [question] = agent.questions.open()
    expect(taken.map(({ notice: { title, hash } }) => [title, hash])).toEqual([
      ['Needs you: Mend it', `#/now?ask=${question?.id}`],
    ])
    agent.questions.answer(question?.id ?? '', 'Try again')
    expect(await answer).toBe('Try again')
  })

  test('keeps what a device wanted when its browser changes its address', () => {
    const { push } = open()
    push.subscribe({ ...phone, kinds: { tasks: false } })
    const endpoint = 'https://push.test/new'
    push.subscribe({ endpoint, keys, replaces: phone.endpoint })
    const kinds = { approvals: true, questions: true, tasks: false }
    expect(push.view().devices).toMatchObject([{ endpoint, label: 'Phone', kinds }])
  })
})

describe('/api/push', () => {
  test('subscribes, tests and unsubscribes a device', async () => {
    const { sender, taken } = createService(['taken', 'gone'])
    const { request, close } = createTestApi({
      push(made) {
        migrate(made.db, 'agent-push', pushMigrations)
        return createPush({ ...made, redactor: { text: String }, sender }, { name: 'Salp' })
      },
    })
    const post = (path: string, json: unknown) => request(`/api/push/${path}`, { json })
    expect((await post('subscribe', { ...phone, endpoint: 'http://push.test/a' })).status).toBe(400)
    expect((await post('subscribe', { ...phone, keys: { ...keys, auth: 'short' } })).status).toBe(400)
    expect(await (await post('subscribe', phone)).json()).toMatchObject({ endpoint: phone.endpoint })
    expect(await (await request('/api/push')).json()).toMatchObject({
      publicKey: 'the-key',
      devices: [phone.label].map((label) => ({ label })),
    })
    expect(await (await post('test', { endpoint: phone.endpoint })).json()).toEqual({ outcome: 'taken' })
    expect(taken).toMatchObject([{ notice: { tag: 'test' } }])
    expect(await (await post('test', { endpoint: phone.endpoint })).json()).toEqual({ outcome: 'gone' })
    expect((await post('test', { endpoint: phone.endpoint })).status).toBe(404)
    await post('subscribe', phone)
    expect((await post('unsubscribe', { endpoint: phone.endpoint })).status).toBe(204)
    expect(await (await request('/api/push')).json()).toMatchObject({ devices: [] })
    await close()
  })
})
