import { expect, test } from 'vitest'
import * as entry from './index.js'

test('the entry exports these values', () => {
  expect(Object.keys(entry).sort()).toEqual(['SnapshotError', 'createSubstrate', 'perceive'])
})
