import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readDelivery } from './webhook.js'

const secret = 'a'.repeat(48)
const body = '{"action":"opened"}'
const request = (headers: Record<string, string>): Request =>
  new Request('http://localhost/api/hooks/1', { method: 'POST', body, headers })
const signature = (text: string, key = secret): string =>
  `sha256=${createHmac('sha256', key).update(text).digest('hex')}`

describe('readDelivery()', () => {
  test('takes a body that its sender signed, by the id it was given', async () => {
    const sent = request({ 'x-hub-signature-256': signature(body), 'x-github-delivery': 'd-1' })
    expect(await readDelivery(sent, body, secret)).toEqual({ id: 'd-1', text: body })
  })

  test('takes the secret itself, and knows the same body again', async () => {
    const headers = { authorization: `Bearer ${secret}` }
    const first = await readDelivery(request(headers), body, secret)
    expect(first.id).toMatch(/^[0-9a-f]{64}$/)
    expect(await readDelivery(request(headers), body, secret)).toEqual(first)
  })

  test.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['another secret', { authorization: `Bearer ${'b'.repeat(48)}` }],
    ['an empty secret', { authorization: 'Bearer ' }],
    ['a signature of another body', { 'x-hub-signature-256': signature('other') }],
    ['a signature by another key', { 'x-hub-signature-256': signature(body, 'other') }],
    [
      'a wrong signature beside the right secret',
      { 'x-hub-signature-256': signature('other'), authorization: `Bearer ${secret}` },
    ],
    ['a signature cut short', { 'x-hub-signature-256': signature(body).slice(0, -2) }],
  ])('throws WebhookError for %s', async (_, headers) => {
    await expect(readDelivery(request(headers), body, secret)).rejects.toMatchObject({ code: 'agent/webhook-refused' })
  })

  test('throws WebhookError where there is no secret', async () => {
    const sent = request({ 'x-hub-signature-256': signature(body) })
    await expect(readDelivery(sent, body, undefined)).rejects.toMatchObject({ code: 'agent/webhook-refused' })
  })
})
