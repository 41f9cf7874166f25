import type { x402Facilitator } from '@x402/core/facilitator'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Claim } from './facilitator/facilitator.js'
import { type Merchant, openMerchant } from './testing/internal/merchant.js'
import { sign } from './testing/internal/sign.js'
import { stockFacilitator } from './testing/internal/stock.js'
import { startTestChain, type TestChain, testAccount } from './testing/internal/test-chain.js'
import { decodeHeader } from './wire/base64.js'
import { headerNames } from './wire/headers.js'
import { type PaymentPayload, paymentPayloadSchema } from './wire/objects.js'

let chain: TestChain
let merchant: Merchant
let stock: x402Facilitator
let challenge: Response
beforeAll(async () => {
  chain = await startTestChain()
  merchant = await openMerchant({ chain })
  const settler = chain.freshAccount()
  await chain.fund(testAccount(settler).address)
  await chain.fund(testAccount(1).address)
  stock = stockFacilitator(chain, settler)
  challenge = await merchant.gateway
    .route({ route: 'weather', price: '$0.01' })
    .handle(new Request('https://shop.example/'), () => new Response('fair'))
}, 60_000)
afterAll(async () => {
  await merchant[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})

/** Members that are changed after signing. */
const places = [
  ['payload', 'signature'],
  ['payload', 'authorization', 'from'],
  ['payload', 'authorization', 'to'],
  ['payload', 'authorization', 'value'],
  ['payload', 'authorization', 'validAfter'],
  ['payload', 'authorization', 'validBefore'],
  ['payload', 'authorization', 'nonce'],
  ['accepted', 'amount'],
  ['accepted', 'asset'],
  ['accepted', 'network'],
  ['accepted', 'scheme'],
  ['x402Version'],
] as const

/** Changes that keep the look of a value, and some that do not. */
const changes: readonly ((text: string) => unknown)[] = [
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
  (text) => ` ${text}`,
  (text) => `0${text}`,
  (text) => `${text}0`,
  (text) => text.slice(0, -1),
  (text) => text.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
  (text) => text.replace(/^0x/, ''),
  (text) => `0x${BigInt(text).toString(16)}`,
  (text) => String(BigInt(text) + 1n),
  (text) => String(BigInt(text) - 1n),
  (text) => String(BigInt(text) + 2n ** 256n),
  (text) => Number(text),
  (text) => `${text}.0`,
  () => '',
  () => null,
  () => undefined,
  () => [],
  () => `0x${'00'.repeat(20)}`,
]

/** What may be signed otherwise, so that the signature holds and the terms do not. */
const terms = fc.record(
  {
    value: fc.constantFrom(9_999n, 10_001n, 0n),
    validAfter: fc.constantFrom(1n, 2n ** 40n),
    validBefore: fc.constantFrom(1n, BigInt(Math.floor(Date.now() / 1_000) + 2)),
    to: fc.constantFrom(testAccount(50).address),
    from: fc.constantFrom(testAccount(51).address),
  },
  { requiredKeys: [] },
)

function changed(value: unknown, path: readonly string[], change: (text: string) => unknown): unknown {
  const [first, ...rest] = path
  if (first === undefined) {
    try {
      return change(String(value))
    } catch {
      return value
    }
  }
  const inner = value as Record<string, unknown>
  return { ...inner, [first]: changed(inner[first], rest, change) }
}

test('verify() accepts nothing of 1,000 changed payments that the stock facilitator refuses', async () => {
  const counts = { accepted: 0, refused: 0 }
  const cases = fc.record({
    place: fc.constantFrom(...places),
    change: fc.constantFrom(...changes),
    terms,
    how: fc.nat(3),
  })
  await fc.assert(
    fc.asyncProperty(cases, async ({ place, change, terms: otherwise, how }) => {
      const { headers } = sign(chain.dollar, challenge, 1, how === 0 ? otherwise : {})
      const signed = decodeHeader(headers[headerNames.payment] ?? '') as PaymentPayload
      const sent = how === 1 ? signed : (changed(signed, place, change) as PaymentPayload)
      const requirements = signed.accepted
      const read = paymentPayloadSchema.safeParse(sent)
      const ours =
        read.success && (await merchant.facilitator.verify({ payment: sent, requirements } satisfies Claim)).status
      if (ours !== 'valid') {
        counts.refused++
        return
      }
      counts.accepted++
      const theirs = await stock.verify(sent as never, requirements as never).catch((error: Error) => error)
      expect([JSON.stringify(sent), theirs]).toEqual([JSON.stringify(sent), expect.objectContaining({ isValid: true })])
    }),
    { numRuns: 1_000 },
  )
  // Both happened often: else nothing was compared.
  expect([counts.accepted > 200, counts.refused > 200]).toEqual([true, true])
}, 120_000)
