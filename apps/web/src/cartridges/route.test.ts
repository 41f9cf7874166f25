import { describe, expect, test } from 'vitest'
import { cartridgesHash, parseCartridgesHash } from './route.js'

describe('parseCartridgesHash()', () => {
  test.each([{}, { id: 'snake' }, { id: 'a-1', view: 'logs' as const }])('reads %j back', (route) => {
    expect(parseCartridgesHash(cartridgesHash(route))).toEqual(route)
  })

  test('knows no other page, and no view that is not there', () => {
    expect(parseCartridgesHash('#/memory')).toBeUndefined()
    expect(parseCartridgesHash('#/cartridges/No%20Slug')).toBeUndefined()
    expect(parseCartridgesHash('#/cartridges/snake?view=else')).toEqual({ id: 'snake' })
  })
})
