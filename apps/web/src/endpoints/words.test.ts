import { describe, expect, test } from 'vitest'
import { routeName, wordsOf } from './words.js'

describe('routeName()', () => {
  test('knows an endpoint by its name, and leaves other routes', () => {
    expect([routeName('g/weather/01925766-ae00'), routeName('model')]).toEqual(['weather', 'model'])
  })
})

describe('wordsOf()', () => {
  test('tells a payment that is owed back from one that is served', () => {
    expect([wordsOf('refund-due').tone, wordsOf('delivered').tone]).toEqual(['bad', 'good'])
  })

  test.each(['paused', 'constructor'])('lets the unknown state "%s" stand for itself', (state) => {
    expect(wordsOf(state)).toEqual({ tone: 'still', name: state, means: '' })
  })
})
