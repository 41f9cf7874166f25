import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openShop, payFor } from './testing/internal/shop.js'
import { simulatedFacilitator } from './testing/internal/simulated-facilitator.js'
import { decodeHeader, encodeHeader } from './wire/base64.js'

/** Members of a payment, as paths. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, [...path, name]))]
}

function replaced(value: unknown, [first, ...rest]: readonly string[], by: unknown): unknown {
  if (first === undefined) return by
  const inner = value as Record<string, unknown>
  return { ...inner, [first]: replaced(inner[first], rest, by) }
}

/** What may be said to who pays wrongly, and nothing else. */
const harmless =
  /^(?:\{\}|\{"x402Version":1,"error":"[\w .]+","accepts":\[.*\]\}|\{"status":400,"code":"gateway\/payment[\w-]*","detail":"[^"]*"\})$/

test.each([1, 2] as const)(
  'handle() neither fails nor serves whatever stands in a member of a payment of version %i',
  async (version) => {
    const facilitator = {
      ...simulatedFacilitator(),
      verify: async () => ({ status: 'invalid', reason: 'refused' }) as const,
    }
    const shop = openShop({ facilitator })
    const ask = shop.gateway.protect({ route: 'weather', price: '$0.01' }, () => new Response('fair'))
    const request = (headers = {}) => new Request('https://shop.example/', { headers })
    const [[name, header] = ['', '']] = Object.entries(payFor(await ask(request()), { version }))
    const payment = decodeHeader(header)
    const json = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.bigInt().map(String),
      fc.bigInt({ min: 0n }).map((value) => `0x${value.toString(16)}`),
      fc.constantFrom('__proto__', 'constructor', 'eip155:0', 'eip155:84532', 'exact', '\u0000', 'x'.repeat(3_000)),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...pathsOf(payment)), json, async (path, value) => {
        const response = await ask(request({ [name]: encodeHeader(replaced(payment, path, value)) }))
        expect([400, 402]).toContain(response.status)
        expect(await response.text()).toMatch(harmless)
      }),
      { numRuns: 5_000 },
    )
  },
  60_000,
)

test('handle() answers 400 to any text that is no payment', async () => {
  const shop = openShop()
  const ask = shop.gateway.protect({ route: 'weather', price: '$0.01' }, () => new Response('fair'))
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.constantFrom('payment-signature', 'x-payment'), async (text, name) => {
      const header = [...text].filter((character) => /[\x21-\x7e]/.test(character)).join('')
      if (header === '') return
      const response = await ask(new Request('https://shop.example/', { headers: { [name]: header } }))
      expect([response.status, response.headers.get('cache-control')]).toEqual([400, 'no-store'])
    }),
    { numRuns: 1_000 },
  )
})
