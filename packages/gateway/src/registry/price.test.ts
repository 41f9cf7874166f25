import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePath } from '../proxy/path.js'
import { priceOf } from './price.js'

const endpoint = {
  price: 'own',
  prices: [
    { path: '/models/*', price: 'any model' },
    { path: '/models', price: 'list' },
    { path: '/models/:id', price: 'one model' },
    { path: '/models/:id', method: 'DELETE', price: 'delete' },
    { path: '/models/big', price: 'big' },
    { path: '/models/big', method: 'GET', price: 'read big' },
    { path: '/a,b', price: 'comma' },
  ],
} as const
const of = (method: string, rest: string) => {
  const found = priceOf(endpoint, method, rest)
  return found.status === 'priced' ? found.price : found.status
}

describe('priceOf()', () => {
  test.for([
    ['GET', '', 'own'],
    ['GET', '/', 'own'],
    ['GET', '/other', 'own'],
    ['GET', '/models', 'list'],
    ['GET', '/models/', 'list'],
    ['GET', '/models/small', 'one model'],
    ['DELETE', '/models/small', 'delete'],
    ['DELETE', '/models/big', 'big'],
    ['POST', '/models/big/', 'big'],
    ['GET', '/models/big', 'read big'],
    ['HEAD', '/models/big', 'read big'],
    ['GET', '/models/big/x', 'any model'],
    ['GET', '/models/a/b/c', 'any model'],
    ['GET', '/a,b', 'comma'],
  ] as const)('prices %s %j as %j', ([method, rest, price]) => {
    expect(of(method, rest)).toBe(price)
  })

  test.for(['/Models', '/models/BIG', '/models;v=1', '/models/big;x', '/MODELS/a/b', '/a%2Cb'])(
    'does not guess about %s',
    (rest) => {
      expect(of('GET', rest)).toBe('ambiguous')
    },
  )

  test('does not depend on the order of rules', () => {
    const anyRules = fc.shuffledSubarray([...endpoint.prices], { minLength: endpoint.prices.length })
    const rests = ['/models', '/models/big', '/models/x', '/models/x/y', '/a,b', '/z']
    fc.assert(
      fc.property(anyRules, fc.constantFrom(...rests), fc.constantFrom('GET', 'DELETE'), (prices, rest, method) => {
        expect(priceOf({ ...endpoint, prices }, method, rest)).toEqual(priceOf(endpoint, method, rest))
      }),
    )
  })

  test('takes any path in normal form', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parsePath(`/${text}`)
        if (parsed.status === 'parsed') expect(of('GET', parsed.path)).toEqual(expect.any(String))
      }),
    )
  })
})
