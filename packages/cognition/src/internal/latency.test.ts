import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  expectedLatencyBits,
  fadeLatency,
  foldLatency,
  forecastLatency,
  latencyAt,
  latencyBits,
  unseenLatency,
} from './latency.js'

const latencies = fc.array(fc.double({ min: 0, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 50 })

describe('foldLatency()', () => {
  test('agrees with mean and variance computed in two passes', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const logs = values.map((value) => Math.log(value + 10))
        const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length
        const squares = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0)
        const fit = values.reduce(foldLatency, unseenLatency)
        expect(fit.mean).toBeCloseTo(mean, 8)
        expect(fit.squares).toBeCloseTo(squares, 6)
      }),
    )
  })

  test('forgets under steady fading: the weight stays bounded', () => {
    let fit = unseenLatency
    for (let call = 0; call < 10_000; call++) fit = foldLatency(fadeLatency(fit, 2 ** (-1 / 64)), 100)
    expect(fit.weight).toBeLessThan(93)
  })
})

describe('forecastLatency()', () => {
  test('expects 400 ms of a tool never timed, and what was seen of one that was', () => {
    expect(latencyAt(forecastLatency(unseenLatency), 0)).toBeCloseTo(400, 6)
    let fit = unseenLatency
    for (let call = 0; call < 200; call++) fit = foldLatency(fit, 50)
    expect(latencyAt(forecastLatency(fit), 0)).toBeGreaterThan(49)
    expect(latencyAt(forecastLatency(fit), 0)).toBeLessThan(52)
  })
})

describe('latencyBits()', () => {
  test('is 0 at the median and grows with the distance', () => {
    const forecast = forecastLatency(unseenLatency)
    expect(latencyBits(forecast, 400)).toBeCloseTo(0, 9)
    expect(latencyBits(forecast, 4_000)).toBeLessThan(latencyBits(forecast, 40_000))
  })

  test('averages to expectedLatencyBits() under the forecast itself', () => {
    const forecast = forecastLatency([80, 120, 95, 110, 300].reduce(foldLatency, unseenLatency))
    const { freedom } = forecast
    let sum = 0
    let mass = 0
    for (let distance = -400; distance < 400; distance += 0.001) {
      const density = (1 + distance ** 2 / freedom) ** (-(freedom + 1) / 2)
      sum += density * ((freedom + 1) / 2) * Math.log2(1 + distance ** 2 / freedom)
      mass += density
    }
    expect(expectedLatencyBits(forecast)).toBeCloseTo(sum / mass, 4)
  })
})
