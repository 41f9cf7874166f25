import { expect, test } from 'vitest'
import { warmupCosine } from './schedule.js'

test('warmupCosine() rises in a line, falls along a cosine, and stays', () => {
  const schedule = warmupCosine({ peak: 1, warmup: 4, steps: 12, floor: 0.2 })
  expect([1, 2, 4, 8, 12, 99].map(schedule)).toEqual(
    [0.25, 0.5, 1, 0.6, 0.2, 0.2].map((rate) => expect.closeTo(rate, 9)),
  )
})
