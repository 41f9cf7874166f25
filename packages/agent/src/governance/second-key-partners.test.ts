import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { stoppedClock } from '@salp/core/testing'
import { Hono } from 'hono'
import { afterEach, describe, expect, test } from 'vitest'
import { toProblem } from '../http/problem.js'
import { mount } from '../http/route.js'
import { secondKeyRoutes } from '../http/routes/second-key.js'
import { createTestAgent, notingTools, sha256, type TestAgent } from '../testing/test-agent.js'
import type { SecondKey } from './second-key.js'
import { createSecondKeys, type Partner, type Signer } from './second-key-partners.js'

const open: TestAgent[] = []
afterEach(async () => {
  for (const { agent, db } of open.splice(0)) {
    await agent.close()
    db.close()
  }
})

function createSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64'),
    isSigned: (text, by) =>
      verify(
        null,
        Buffer.from(text),
        createPublicKey({ key: Buffer.from(by.publicKey, 'base64'), type: 'spki', format: 'der' }),
        Buffer.from(by.signature, 'base64'),
      ),
  }
}

/** Two agents that know each other, as far as `ann` is told. */
function setup({
  knows = true,
  tamper = (body: string) => body,
}: {
  knows?: boolean
  tamper?: (body: string) => string
} = {}) {
  const [mine, hers] = [createSigner(), createSigner()]
  const clock = stoppedClock(1_000)
  const ann = createTestAgent({ seed: 'ann' })
  open.push(ann)
  const partners: Record<string, Partner> = knows
    ? { bob: { url: 'https://bob.example', publicKey: mine.publicKey } }
    : {}
  const app = new Hono()
  app.onError((error) => toProblem(error, { onFault: () => undefined }))
  mount(app, secondKeyRoutes({ agent: ann.agent, clock, signer: hers, sha256, partners }))
  const secondKey = createSecondKeys(
    {
      clock,
      signer: mine,
      fetch: async (url, init) =>
        app.request(String(url), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: tamper(String(init?.body)),
        }),
    },
    { partners: { ann: { url: 'https://ann.example', publicKey: hers.publicKey } } },
  )
  return { ann, clock, secondKey }
}

/** Lets an agent change something for which a rule asks two. */
async function change(secondKey: SecondKey) {
  const ran: string[] = []
  const made = createTestAgent({
    policy: [{ tool: 'change', tier: 'two-key', peer: 'ann' }],
    tools: () => notingTools(ran),
    script: [{ calls: [{ name: 'change', input: { value: 'x' } }] }, { text: 'Done.' }],
    secondKey,
  })
  open.push(made)
  made.agent.events.subscribe('approval:requested', ({ data: { approval } }) =>
    made.agent.approvals.decide(approval.id, { decision: 'approve', scope: 'once' }),
  )
  await made.agent.turn({ text: 'go', channel: 'test' })
  const ended = made.events.find((event) => event.name === 'call:finished')
  return {
    ran,
    error:
      ended?.name === 'call:finished' && ended.data.outcome.status === 'error' ? ended.data.outcome.error.message : '',
  }
}

const decides = ({ agent }: TestAgent, decision: 'approve' | 'deny') =>
  agent.events.subscribe('approval:requested', ({ data: { approval } }) =>
    agent.approvals.decide(approval.id, {
      decision,
      scope: 'once',
      ...(decision === 'deny' && { reason: 'not today' }),
    }),
  )

describe('second keys between two agents', () => {
  test('let a call run once the other owner said yes, to what they were shown', async () => {
    const { ann, secondKey } = setup()
    decides(ann, 'approve')
    expect((await change(secondKey)).ran).toEqual(['change x'])
    const asked = ann.events.find((event) => event.name === 'approval:requested')
    expect(asked?.data).toMatchObject({
      approval: {
        tool: 'second_key',
        input: { peer: 'bob', tool: 'change', input: { value: 'x' } },
        risk: { level: 'high', reasons: ['"bob" asks for your key to call change there'] },
      },
    })
  })

  test('keep it from running where the other owner says no, and tell why', async () => {
    const { ann, secondKey } = setup()
    decides(ann, 'deny')
    const { ran, error } = await change(secondKey)
    expect([ran, error]).toEqual([[], 'Cannot call change: "ann" said no (not today)'])
  })

  test('wait for the other owner, asking again, and once', async () => {
    const { ann, clock, secondKey } = setup()
    ann.agent.events.subscribe('approval:requested', ({ data: { approval } }) => {
      void clock
        .advance(20_000)
        .then(() => clock.advance(20_000))
        .then(() => ann.agent.approvals.decide(approval.id, { decision: 'approve', scope: 'once' }))
    })
    expect((await change(secondKey)).ran).toEqual(['change x'])
    expect(ann.events.filter((event) => event.name === 'approval:requested')).toHaveLength(1)
  })

  test.each([
    ['somebody whom the owner has not named', { knows: false }],
    ['another input than was signed', { tamper: (body: string) => body.replace('"value":"x"', '"value":"y"') }],
    [
      'a signature that is none',
      { tamper: (body: string) => body.replace(/"signature":"...../, '"signature":"AAAAA') },
    ],
    ['a later time than was signed', { tamper: (body: string) => body.replace(/"expiresAt":\d/, '"expiresAt":9') }],
  ])('ask no owner for %s', async (_, options) => {
    const { ann, secondKey } = setup(options)
    decides(ann, 'approve')
    const { ran, error } = await change(secondKey)
    expect([ran, ann.events]).toEqual([[], []])
    expect(error).toContain('it answered 403')
  })

  test('take no answer but one that the peer has signed', async () => {
    const { secondKey } = setup()
    const forged = createSecondKeys(
      {
        clock: stoppedClock(),
        signer: createSigner(),
        fetch: async () => Response.json({ status: 'approved', signature: 'AAAA' }),
      },
      { partners: { ann: { url: 'https://ann.example', publicKey: createSigner().publicKey } } },
    )
    expect((await change(forged)).error).toContain('its answer is not signed with its key')
    await expect(
      secondKey.ask(
        { callId: 'c', peer: 'toString', tool: 't', input: {}, reasons: [], hash: '' },
        { signal: new AbortController().signal },
      ),
    ).rejects.toMatchObject({ code: 'agent/second-key' })
  })
})
