import { expect, test } from 'vitest'
import { silentLogger } from './log.js'

test('silentLogger takes lines and children without an effect', () => {
  const child = silentLogger.child('a')
  for (const level of ['error', 'warn', 'info', 'debug'] as const)
    expect(child[level]('line', { a: 1 })).toBeUndefined()
})
