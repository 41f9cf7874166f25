import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { factorialDesign, factors } from './experiment.js'
import { gymFingerprint, gymReport } from './report.js'

describe('gymReport()', () => {
  test('writes the same bytes for the same seed, and others for another', { timeout: 60_000 }, () => {
    const small = { heldOut: 6, development: 4, factorial: 1 }
    const report = gymReport(small)
    expect(gymReport(small)).toBe(report)
    expect(gymReport({ ...small, seed: 9 })).not.toBe(report)
    expect(report).toContain('## Modules, crossed')
    expect(report).not.toMatch(/NaN|undefined|Infinity/)
  })
})

const published = readFileSync(new URL('../../../../docs/results/gym.md', import.meta.url), 'utf8')

describe('docs/results/gym.md', () => {
  test('was written by the code as it is now', () => {
    expect(published).toContain(`\`${gymFingerprint()}\``)
  })

  test('claims what it is published for, and has a row for each module that is on', () => {
    expect(published).toContain('does more tasks right than every baseline, the intervals apart')
    expect(published).not.toContain('this is a defect')
  })
})

describe('README.md', () => {
  test('quotes the report as it is', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    const row = published.split('\n').find((line) => line.startsWith('| no substrate, best of 120 | ')) ?? ''
    const [, rival = '', ours = ''] = row.split(' | ').map((cell) => cell.trim())
    const claim = `${ours} of tasks right where the best of 120 plain loops does ${rival}`
    expect(readme.replaceAll('\n', ' ')).toContain(claim)
  })
})

describe('factorialDesign()', () => {
  test('is of resolution V: no four factors or fewer multiply to a constant', () => {
    const design = factorialDesign()
    const count = factors.length
    expect([design.length, design[0]?.length]).toEqual([128, count])
    for (let chosen = 1; chosen < 1 << count; chosen++) {
      const places = Array.from({ length: count }, (_, factor) => factor).filter((factor) => (chosen >> factor) & 1)
      if (places.length > 4) continue
      const sum = design.reduce(
        (total, run) => total + places.reduce((product, factor) => product * (run[factor] ?? 0), 1),
        0,
      )
      expect(Math.abs(sum), places.join()).toBeLessThan(128)
    }
  })
})
