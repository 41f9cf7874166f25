import { describe, expect, test } from 'vitest'
import { containment, signatureOf, similarity } from './signature.js'

describe('similarity()', () => {
  test('is 1 for the same words whatever their order and case', () => {
    expect(similarity(signatureOf('Read the FILE'), signatureOf('file: read the'))).toBe(1)
  })

  test('is 0 for texts without words', () => {
    expect(similarity(signatureOf(''), signatureOf('?!'))).toBe(0)
  })
})

describe('containment()', () => {
  test('is the share of the words of the part', () => {
    const goal = signatureOf('Löschen der Protokolle auf dem Server')
    expect(containment(signatureOf('protokolle server'), goal)).toBe(1)
    expect(containment(signatureOf('protokolle banana'), goal)).toBe(0.5)
  })
})
