import { describe, expect, test } from 'vitest'
import { readable, refusalTitle, toOrder } from './order.js'

const noon = Date.UTC(2026, 10, 21, 12)
const draft = { url: ' https://shop.test/a ', method: 'GET', body: '' } as const
const order = { url: 'https://shop.test/a', method: 'GET', task: 'Studio 2026-11-21' }

describe('toOrder()', () => {
  test('asks plainly, for the day', () => {
    expect(toOrder(draft, noon)).toEqual(order)
  })

  test('says whether a body is JSON or plain text', () => {
    const json = { 'content-type': 'application/json' }
    expect(toOrder({ ...draft, method: 'POST', body: '{"a":1}' }, noon)).toEqual({
      ...order,
      method: 'POST',
      body: '{"a":1}',
      headers: json,
    })
    expect(toOrder({ ...draft, method: 'PUT', body: 'salp' }, noon)).toMatchObject({
      headers: { 'content-type': 'text/plain' },
    })
  })

  test('leaves out the body of a method without one', () => {
    expect(toOrder({ ...draft, body: 'left from before' }, noon)).toEqual(order)
  })

  test.each(['', 'shop.test/a', 'file:///etc/passwd', 'javascript:alert(1)'])('orders nothing from "%s"', (url) => {
    expect(toOrder({ ...draft, url }, noon)).toBeUndefined()
  })
})

describe('refusalTitle()', () => {
  test('never says that nothing was paid where it was, or may have been', () => {
    const titles = ['gateway/pay-refused', 'gateway/paid-and-failed', 'gateway/pay-unknown'].map((code) =>
      refusalTitle({ code }),
    )
    expect(titles).toEqual([
      'Not paid',
      'Paid, and then the service failed',
      'Sent, and nobody knows yet whether it is paid',
    ])
  })
})

describe('readable()', () => {
  test('spreads JSON over lines, whatever its type is called', () => {
    expect(readable('{"a":[1]}', 'application/problem+json; charset=utf-8')).toBe('{\n  "a": [\n    1\n  ]\n}')
  })

  test('leaves the rest as it came', () => {
    expect(readable('{"a":', 'application/json')).toBe('{"a":')
    expect(readable('{"a":1}', 'text/plain')).toBe('{"a":1}')
  })
})
