/** What the benchmark page shows, as its address says it: runs, one of them, two compared, problems, or one of them. */

/** A place on the page. */
export type BenchmarkRoute =
  | { readonly view: 'runs' | 'problems' }
  | { readonly view: 'run' | 'problem'; readonly id: string }
  | { readonly view: 'compare'; readonly earlier: string; readonly later: string }

/** Reads a hash; nothing, if it is not one of this page. */
export function parseBenchmarkHash(hash: string): BenchmarkRoute | undefined {
  const path = /^#\/benchmark((?:\/[\w-]+)*)$/.exec(hash)?.[1]
  if (path === undefined) return undefined
  const [, view, first, second, ...rest] = path.split('/')
  if (rest.length > 0) return undefined
  if (view === undefined) return { view: 'runs' }
  if (view === 'problems' && second === undefined)
    return first === undefined ? { view: 'problems' } : { view: 'problem', id: first }
  if (view === 'runs' && first !== undefined && second === undefined) return { view: 'run', id: first }
  if (view === 'compare' && first !== undefined && second !== undefined)
    return { view: 'compare', earlier: first, later: second }
  return undefined
}

/** Writes a hash that {@link parseBenchmarkHash} reads back. */
export function benchmarkHash(route: BenchmarkRoute = { view: 'runs' }): string {
  switch (route.view) {
    case 'runs':
      return '#/benchmark'
    case 'problems':
      return '#/benchmark/problems'
    case 'run':
      return `#/benchmark/runs/${route.id}`
    case 'problem':
      return `#/benchmark/problems/${route.id}`
    case 'compare':
      return `#/benchmark/compare/${route.earlier}/${route.later}`
  }
}
