import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { requestHeaders, responseHeaders, rewriteLocation } from './headers.js'

const secrets = [
  'authorization',
  'cookie',
  'proxy-authorization',
  'proxy-connection',
  'x-api-key',
  'payment-signature',
  'x-payment',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'salp-caller',
  'host',
  'origin',
  'referer',
  'x-http-method-override',
]
const hopByHop = ['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect']
const forged = [
  'settlement-overrides',
  'payment-response',
  'payment-required',
  'payment-receipt',
  'x-payment-response',
  'x-402-anything',
  'x402-version',
  'extension-responses',
  'set-cookie',
  'www-authenticate',
  'access-control-allow-origin',
  'clear-site-data',
  'refresh',
  'service-worker-allowed',
  'strict-transport-security',
  'location',
]
const headersOf = (names: readonly string[], value = 'v') => new Headers(names.map((name) => [name, value]))

describe('requestHeaders()', () => {
  test('forwards no credential, no payment, no forwarding mark and nothing hop by hop', () => {
    expect([...requestHeaders(headersOf([...secrets, ...hopByHop, 'accept']))]).toEqual([['accept', 'v']])
  })

  test('leaves behind what Connection names, in any case', () => {
    const headers = new Headers({
      connection: 'close, Content-Type ,RANGE',
      'content-type': 'a/b',
      range: 'bytes=0-1',
      accept: '*/*',
    })
    expect([...requestHeaders(headers)]).toEqual([['accept', '*/*']])
  })

  test('drops every name that is not on its list', () => {
    const name = fc.string({ unit: fc.constantFrom(...'abcdexpmt-402'), minLength: 1 })
    fc.assert(
      fc.property(fc.array(fc.oneof(name, fc.constantFrom(...secrets, ...hopByHop))), (names) => {
        expect([...requestHeaders(headersOf(names))]).toEqual([])
      }),
    )
  })
})

describe('responseHeaders()', () => {
  test('passes on nothing an upstream may not say', () => {
    expect(Object.fromEntries(responseHeaders(headersOf([...forged, ...hopByHop, 'etag'])))).toEqual({
      etag: 'v',
      'cache-control': 'private',
      'content-security-policy': 'sandbox',
      'x-content-type-options': 'nosniff',
    })
  })

  test('never lets a name of the payment protocol through', () => {
    const prefix = fc.constantFrom('payment-', 'x-payment-', 'x-402', 'x402-', 'settlement-')
    fc.assert(
      fc.property(fc.array(fc.tuple(prefix, fc.string({ unit: fc.constantFrom(...'abc-') }))), (parts) => {
        const headers = responseHeaders(headersOf(parts.map(([start, end]) => `${start}${end}x`)))
        expect([...headers.keys()]).toEqual(['cache-control', 'content-security-policy', 'x-content-type-options'])
      }),
    )
  })

  test.for([
    [null, 'private'],
    ['public, max-age=60, s-maxage=600', 'private, max-age=60'],
    ['no-store', 'private, no-store'],
    ['Private, No-Cache', 'private, no-cache'],
    ['max-age=1e9, proxy-revalidate, community="x"', 'private'],
  ] as const)('makes the cache rule %j %j', ([value, expected]) => {
    const headers = new Headers(value === null ? {} : { 'cache-control': value })
    expect(responseHeaders(headers).get('cache-control')).toBe(expected)
  })
})

describe('rewriteLocation()', () => {
  const from = new URL('https://a.example/v1/items/1?x=1')
  const target = new URL('https://a.example/v1')
  test.for([
    ['2', '/g/s/items/2'],
    ['/v1', '/g/s'],
    ['/v1/', '/g/s/'],
    ['https://a.example/v1/x?y=1#z', '/g/s/x?y=1#z'],
    ['//a.example/v1/x', '/g/s/x'],
    ['/v2', undefined],
    ['/v10', undefined],
    ['../../admin', undefined],
    ['/v1/../admin', undefined],
    ['http://a.example/v1/x', undefined],
    ['https://a.example:8443/v1/x', undefined],
    ['https://evil.example/v1/x', undefined],
    ['https://u:p@a.example/v1/x', undefined],
    ['javascript:alert(1)', undefined],
    ['http://[', undefined],
  ] as const)('turns %j into %j', ([location, expected]) => {
    expect(rewriteLocation(location, { from, target, mount: '/g/s' })).toBe(expected)
  })
})
