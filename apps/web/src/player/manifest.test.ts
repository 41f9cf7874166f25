import { describe, expect, test } from 'vitest'
import { type PlayerManifest, readManifest } from './manifest.js'

const snake: PlayerManifest = {
  ...{ id: 'snake', name: 'Snake', description: '', kind: 'interactive', language: 'assemblyscript' },
  ...{ version: 1, capabilities: ['kv'], hasPage: false },
}

describe('readManifest()', () => {
  test('takes what a browser can run', () => {
    expect(readManifest(snake)).toEqual(snake)
    expect(readManifest({ ...snake, kind: 'frontend' }).kind).toBe('frontend')
  })

  test('throws for a service', () => {
    expect(() => readManifest({ ...snake, kind: 'backend' })).toThrow('“Snake” is not for a browser')
  })
})
