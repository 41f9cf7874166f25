import { describe, expect, test } from 'vitest'
import { mcpMeta, paidTool, type ToolHandler, type ToolResult } from './mcp.js'
import { openShop, payFor } from './testing/internal/shop.js'
import { decodeHeader, encodeHeader } from './wire/base64.js'

const { signal } = new AbortController()

/** A tool that costs a cent, and how often it ran. */
function openTool(handler: ToolHandler = async () => ({ content: [{ type: 'text', text: 'fair' }] })) {
  const shop = openShop()
  let ran = 0
  const tool = paidTool(shop.gateway.route({ route: 'weather', price: '$0.01' }), (...given) => {
    ran++
    return handler(...given)
  })
  const call = (payment?: unknown, city = 'Rome') =>
    tool(
      { name: 'weather', arguments: { city }, ...(payment !== undefined && { _meta: { [mcpMeta.payment]: payment } }) },
      { signal },
    )
  return { ...shop, call, ran: () => ran }
}

/** Pays what an unpaid call was told. */
function paymentFor({ structuredContent }: ToolResult, version: 1 | 2 = 2): unknown {
  const headers = new Headers({ 'payment-required': encodeHeader(structuredContent) })
  return decodeHeader(Object.values(payFor(new Response(null, { headers }), { version }))[0] ?? '')
}

describe('paidTool()', () => {
  test('answers an unpaid call with what is asked, as structure and as text', async () => {
    const tool = openTool()
    const result = await tool.call()
    expect(result).toEqual({
      isError: true,
      structuredContent: expect.objectContaining({
        x402Version: 2,
        resource: expect.objectContaining({ url: 'mcp://tool/weather' }),
        accepts: [expect.objectContaining({ amount: '10000' })],
      }),
      content: [{ type: 'text', text: JSON.stringify(result.structuredContent) }],
    })
    expect(tool.ran()).toBe(0)
  })

  test.each([1, 2] as const)('answers a call paid by version %i with the result and a receipt', async (version) => {
    const tool = openTool()
    const result = await tool.call(paymentFor(await tool.call(), version))
    expect(result).toEqual({
      content: [{ type: 'text', text: 'fair' }],
      _meta: { [mcpMeta.response]: expect.objectContaining({ success: true }) },
    })
    expect(tool.facilitator.moved.size).toBe(1)
  })

  test('gives no output if the money does not move', async () => {
    const tool = openTool()
    const payment = paymentFor(await tool.call())
    tool.facilitator.next('reverts')
    const result = await tool.call(payment)
    expect([tool.ran(), result.isError, JSON.stringify(result).includes('fair')]).toEqual([1, true, false])
    expect(result.structuredContent).toMatchObject({ success: false, errorReason: expect.any(String) })
  })

  test('takes nothing for a result that is an error', async () => {
    const failed = { isError: true, content: [{ type: 'text', text: 'no such city' }] }
    const tool = openTool(async () => failed)
    expect(await tool.call(paymentFor(await tool.call()))).toEqual(failed)
    expect(tool.facilitator.moved.size).toBe(0)
  })

  test('sells one call for one payment', async () => {
    const tool = openTool()
    const payment = paymentFor(await tool.call())
    await tool.call(payment)
    expect((await tool.call(payment, 'Oslo')).structuredContent).toMatchObject({
      error: 'invalid_exact_evm_nonce_already_used',
    })
    expect([tool.ran(), (await tool.call(payment)).isError]).toEqual([1, undefined])
  })

  test('answers what is no payment with an error', async () => {
    const tool = openTool()
    for (const payment of [3, 'x', {}, { x402Version: 2 }]) expect((await tool.call(payment)).isError).toBe(true)
    expect(tool.ran()).toBe(0)
  })
})
