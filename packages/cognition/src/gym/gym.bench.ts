/** How many episodes a second does one core live through? */

import { describe, expect, test } from 'vitest'
import { oracle, plainLoop, usualLoop } from './baselines.js'
import { worldsOf } from './families.js'
import { runStream } from './stream.js'
import { substratePilot } from './substrate-pilot.js'
import { createWorld } from './world.js'

describe('runStream()', () => {
  test.for([1, 4, 16])('how long for %d worlds of 60 episodes?', async (count, { bench }) => {
    const worlds = worldsOf('development', count, 1).map(createWorld)
    const pilots = { 'plain loop': plainLoop(usualLoop), oracle, substrate: substratePilot() }
    const result = await bench.compare(
      ...Object.entries(pilots).map(([name, pilot]) =>
        bench(name, () => {
          for (const world of worlds) runStream(world, pilot(world))
        }),
      ),
    )
    // The best of many runs: how fast the code is, not how busy the machine was.
    const seconds = result.get('substrate').latency.min / 1_000
    console.log(`substrate: ${Math.round((60 * count) / seconds)} episodes a second`)
    expect((60 * count) / seconds).toBeGreaterThan(2_000)
  })
})
