import { describe, expect, test } from 'vitest'
import { readRequest, toResponse } from './web.js'

const text = (body: Uint8Array | undefined): string => new TextDecoder().decode(body)

describe('readRequest()', () => {
  test('gives method, path, query, headers and body, without what is secret', async () => {
    const headers = { 'x-a': '1', authorization: 'Bearer s', cookie: 's', 'payment-signature': 's', 'x-payment': 's' }
    const sent = new Request('http://host/c/a/b?x=1%20&y', { method: 'POST', headers, body: 'hello' })
    const request = await readRequest(sent, '/b')
    expect(request).toMatchObject({ method: 'POST', path: '/b', query: 'x=1%20&y' })
    expect(request?.headers.map(([name]) => name)).toEqual(['content-type', 'x-a'])
    expect(text(request?.body)).toBe('hello')
  })

  test('gives nothing for a body that is too long, and an empty one for none', async () => {
    const long = new Request('http://host/', { method: 'POST', body: new Uint8Array(7_500_001) })
    expect(await readRequest(long, '/')).toBeUndefined()
    expect((await readRequest(new Request('http://host/'), '/'))?.body).toHaveLength(0)
  })
})

describe('toResponse()', () => {
  const body = new TextEncoder().encode('ok')

  test('keeps status, headers in their number, and body', async () => {
    const headers = [['x-a', '1'] as const, ['x-a', '2'] as const]
    const response = toResponse({ status: 201, headers, body })
    expect([response.status, response.headers.get('x-a'), await response.text()]).toEqual([201, '1, 2', 'ok'])
  })

  test('gives a page no script and no origin, whatever it says itself', () => {
    const headers = [['content-security-policy', 'script-src *'] as const]
    const policy = toResponse({ status: 200, headers, body }).headers.get('content-security-policy')
    expect(policy).toContain('sandbox allow-forms;')
    expect(policy).not.toContain('script-src')
  })

  test('has no body where the status allows none', async () => {
    expect(await toResponse({ status: 204, headers: [], body }).text()).toBe('')
  })
})
