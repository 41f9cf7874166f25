import { createRng } from '@salp/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kernelModule, maskKey, openKernel } from './kernel.js'

const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
const kernel = openKernel(memory)
/** Five buffers of 64 elements. */
const views = Array.from({ length: 5 }, (_, index) => new Float32Array(memory.buffer, index * 256, 64))
const place = (index: number): number => index * 256

function fill(seed: string): readonly [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array] {
  const rng = createRng(seed)
  for (const view of views) for (const index of view.keys()) view[index] = rng() * 4 - 2
  const [a = new Float32Array(), b = a, c = a, d = a, e = a] = views.map((view) => Float32Array.from(view))
  return [a, b, c, d, e]
}

const { fround, sqrt } = Math

describe('kernelModule()', () => {
  test('is small, valid and the same in every build', () => {
    const module = kernelModule({ shared: true })
    expect(module.length).toBeLessThan(2_048)
    expect(WebAssembly.validate(module)).toBe(true)
    expect(kernelModule({ shared: true })).toEqual(module)
    expect(WebAssembly.validate(kernelModule({ shared: false }))).toBe(true)
  })

  test('works on memory that is not shared', () => {
    const own = new WebAssembly.Memory({ initial: 1 })
    new Float32Array(own.buffer).set([3, 4, 0, 0])
    expect(openKernel(own).squaredNorm(0, 4)).toBe(25)
  })
})

describe('openKernel()', () => {
  test('squaredNorm() sums squares in float64', () => {
    const [a] = fill('norm')
    expect(kernel.squaredNorm(place(0), 64)).toBeCloseTo(
      a.reduce((sum, x) => sum + x * x, 0),
      12,
    )
    expect(kernel.squaredNorm(place(0), 0)).toBe(0)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'squaredNorm() is not finite with %s at any place',
    (bad) => {
      fc.assert(
        fc.property(fc.nat(63), (index) => {
          fill('bad')
          views[0]?.fill(bad, index, index + 1)
          expect(Number.isFinite(kernel.squaredNorm(place(0), 64))).toBe(false)
        }),
      )
    },
  )

  test('squaredDistance() sums squared differences', () => {
    const [a, b] = fill('distance')
    const expected = a.reduce((sum, x, index) => sum + fround(x - (b[index] ?? 0)) ** 2, 0)
    expect(kernel.squaredDistance(place(0), place(1), 64)).toBeCloseTo(expected, 12)
  })

  test('addScaled() has the bits of its twin', () => {
    const [a, b] = fill('add')
    kernel.addScaled(place(0), place(1), 64, 0.3)
    expect(views[0]).toEqual(a.map((x, index) => fround(x + fround((b[index] ?? 0) * fround(0.3)))))
  })

  test('pullTo() has the bits of its twin', () => {
    const [a, b, c] = fill('pull')
    kernel.pullTo(place(0), place(1), place(2), 64, 0.1)
    expect(views[0]).toEqual(a.map((x, i) => fround(x + fround(fround(0.1) * fround((b[i] ?? 0) - (c[i] ?? 0))))))
  })

  test('adam() has the bits of its twin, and leaves the gradient', () => {
    const [p, g, m, v] = fill('adam')
    for (const [index, x] of v.entries()) v[index] = Math.abs(x)
    views[3]?.set(v)
    const [factor, beta1, beta2, step, floor, fade] = [0.5, 0.9, 0.999, 0.01, 1e-8, 0.999].map(fround) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    kernel.adam(place(0), place(1), place(2), place(3), 64, factor, beta1, beta2, step, floor, fade)
    for (const index of p.keys()) {
      const scaled = fround((g[index] ?? 0) * factor)
      const first = fround(fround((m[index] ?? 0) * beta1) + scaled)
      const second = fround(fround((v[index] ?? 0) * beta2) + fround(scaled * scaled))
      const change = fround(fround(first / fround(fround(sqrt(second)) + floor)) * step)
      const next = fround(fround((p[index] ?? 0) * fade) - change)
      expect([views[0]?.[index], views[1]?.[index], views[2]?.[index], views[3]?.[index]]).toEqual([
        next,
        g[index],
        first,
        second,
      ])
    }
  })

  test('adam() leaves padding zero', () => {
    for (const view of views) view.fill(0)
    kernel.adam(place(0), place(1), place(2), place(3), 64, 1, 0.9, 0.999, 0.01, 1e-8, 0.999)
    expect(views.slice(0, 4)).toEqual(Array(4).fill(new Float32Array(64)))
  })

  test('mask() drops the share asked for, by its key alone', () => {
    const large = new WebAssembly.Memory({ initial: 8 })
    const drawn = (key: number, rate: number): Float32Array => {
      openKernel(large).mask(0, 65_536, key, Math.round(rate * 2 ** 32), 1 / (1 - rate))
      return new Float32Array(large.buffer, 0, 65_536).slice()
    }
    const one = drawn(maskKey(1, 1, 0), 0.25)
    const dropped = one.filter((x) => x === 0).length
    expect(dropped / one.length).toBeCloseTo(0.25, 2)
    expect(new Set(one)).toEqual(new Set([0, fround(4 / 3)]))
    expect(drawn(maskKey(1, 1, 0), 0.25)).toEqual(one)
    for (const other of [maskKey(2, 1, 0), maskKey(1, 2, 0), maskKey(1, 1, 1)]) {
      const both = drawn(other, 0.25).filter((x, index) => x === 0 && one[index] === 0).length
      expect(both / one.length).toBeCloseTo(1 / 16, 2)
    }
  })
})
