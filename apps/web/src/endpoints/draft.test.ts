import { describe, expect, test } from 'vitest'
import type { SoldEndpoint } from '../api/contracts.js'
import { emptyDraft, sortProblems, toDraft, toOrder, withMethod } from './draft.js'

const endpoint: SoldEndpoint = {
  slug: 'weather',
  target: 'https://api.example.com/',
  price: '$0.01',
  prices: [{ method: 'POST', path: '/maps/*', price: '0.05' }],
  description: '',
  mimeType: 'application/json',
  methods: ['GET'],
  settle: 'after',
  freePerDay: 0,
  ratePerMinute: 60,
  maxBytes: 12_345,
  timeoutMs: 1_500,
  active: true,
  createdAt: 0,
  updatedAt: 0,
}

describe('toOrder()', () => {
  test('orders what must be said of a new endpoint, and no defaults', () => {
    const draft = { ...emptyDraft, slug: ' weather ', target: 'https://api.example.com', price: ' $0.01' }
    expect(toOrder(draft, emptyDraft)).toEqual({ slug: 'weather', target: 'https://api.example.com', price: '$0.01' })
  })

  test('orders nothing for an endpoint that stays as it is', () => {
    expect(toOrder(toDraft(endpoint), toDraft(endpoint))).toEqual({})
  })

  test('turns units of people into those of the node, in whole numbers', () => {
    const before = toDraft(endpoint)
    expect(toOrder({ ...before, timeoutSeconds: '0.5', maxMebibytes: '1.1', freePerDay: '3' }, before)).toEqual({
      timeoutMs: 500,
      maxBytes: 1_153_434,
      freePerDay: 3,
    })
  })

  test('does not take an empty number for zero', () => {
    const before = toDraft(endpoint)
    expect(toOrder({ ...before, freePerDay: ' ' }, before)).toEqual({ freePerDay: Number.NaN })
  })

  test('leaves out the method of a price that is for all', () => {
    const before = toDraft(endpoint)
    const prices = [{ key: 7, method: '', path: ' /a ', price: '1' }] as const
    expect(toOrder({ ...before, prices }, before)).toEqual({ prices: [{ path: '/a', price: '1' }] })
  })
})

describe('withMethod()', () => {
  test('keeps the order of the list', () => {
    expect(withMethod(['POST'], 'GET', true)).toEqual(['GET', 'POST'])
    expect(withMethod(['GET', 'POST'], 'GET', false)).toEqual(['POST'])
  })
})

describe('sortProblems()', () => {
  test('sorts by field', () => {
    const detail = 'slug: takes 3 to 64 of a–z, 0–9 and "-", which is not at either end; settle: Invalid option'
    expect(sortProblems(detail, { price: '1' })).toEqual({
      of: { slug: 'takes 3 to 64 of a–z, 0–9 and "-", which is not at either end', settle: 'Invalid option' },
      rest: '',
    })
  })

  test('tells the price of the endpoint from that of a rule', () => {
    const detail = 'price "free": it is no amount; price "a \\"b": it is no amount'
    expect(sortProblems(detail, { price: ' free ' }).of).toEqual({
      price: 'it is no amount',
      prices: 'price "a \\"b": it is no amount',
    })
  })

  test('counts rules from one', () => {
    const detail = 'prices: 0: path: a path has no query, and a star only at its end; prices: 2: Unrecognized key'
    expect(sortProblems(detail, { price: '1' }).of).toEqual({
      prices: 'Rule 1, path: a path has no query, and a star only at its end; Rule 3: Unrecognized key',
    })
  })

  test('keeps what names no field', () => {
    expect(sortProblems('The gateway cannot do this now. Try again later', { price: '1' })).toEqual({
      of: {},
      rest: 'The gateway cannot do this now. Try again later',
    })
  })

  test('does not cut a reason at a semicolon of its own', () => {
    expect(sortProblems('target: its path is not plain; it holds ;', { price: '1' }).of).toEqual({
      target: 'its path is not plain; it holds ;',
    })
  })
})
