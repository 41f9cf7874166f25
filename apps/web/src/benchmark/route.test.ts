import { expect, test } from 'vitest'
import { type BenchmarkRoute, benchmarkHash, parseBenchmarkHash } from './route.js'

const routes: BenchmarkRoute[] = [
  { view: 'runs' },
  { view: 'problems' },
  { view: 'run', id: '3' },
  { view: 'problem', id: 'add-lists' },
  { view: 'compare', earlier: '1', later: '2' },
]

test.each(routes)('parseBenchmarkHash() reads what benchmarkHash() wrote: %j', (route) => {
  expect(parseBenchmarkHash(benchmarkHash(route))).toEqual(route)
})

test.each(['#/benchmarks', '#/benchmark/runs', '#/benchmark/compare/1', '#/benchmark/runs/1/2', '#/benchmark/x'])(
  'parseBenchmarkHash() reads no other hash: %s',
  (hash) => {
    expect(parseBenchmarkHash(hash)).toBeUndefined()
  },
)
