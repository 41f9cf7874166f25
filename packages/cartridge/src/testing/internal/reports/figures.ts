/** How figures are taken and printed. */

/** Prints samples in one unit; a goal missed is printed as missed. @param goal - At most this, or `atLeast` this. */
export function show(
  title: string,
  unit: string,
  samples: readonly number[],
  goal?: number | { readonly atLeast: number },
): void {
  const sorted = [...samples].sort((a, b) => a - b)
  const [median = 0, least = 0, most = 0] = [sorted[sorted.length >> 1], sorted[0], sorted.at(-1)]
  const figure = (value: number): string => value.toFixed(Math.abs(value) < 10 ? 3 : 0)
  const bound = typeof goal === 'object' ? goal.atLeast : goal
  const isMet = bound !== undefined && (typeof goal === 'object' ? median >= bound : median <= bound)
  const verdict = bound === undefined ? '' : `   goal ${bound}: ${isMet ? 'met' : 'missed'}`
  const spread = samples.length === 1 ? '' : `   [${figure(least)} … ${figure(most)}] n=${samples.length}`
  console.log(`${title.padEnd(56)} ${figure(median)} ${unit}${spread}${verdict}`)
}

/** Milliseconds of `runs` runs, one sample a run. */
export async function time(runs: number, work: () => unknown): Promise<number[]> {
  const samples: number[] = []
  for (let run = 0; run < runs; run++) {
    const began = performance.now()
    await work()
    samples.push(performance.now() - began)
  }
  return samples
}

/** Microseconds a call, in seven samples of `calls`. */
export function timeCalls(calls: number, work: () => unknown): number[] {
  for (let call = 0; call < calls; call++) work()
  return Array.from({ length: 7 }, () => {
    const began = performance.now()
    for (let call = 0; call < calls; call++) work()
    return ((performance.now() - began) * 1_000) / calls
  })
}

/**
 * Microseconds a call of several pieces of work, which take turns, so that whatever else the machine does slows all alike.
 *
 * @returns By the work's place, one sample a round.
 */
export async function takeTurns(
  works: readonly (() => unknown)[],
  { rounds, calls }: { readonly rounds: number; readonly calls: number },
): Promise<number[][]> {
  const samples = works.map((): number[] => [])
  const warming = Math.ceil(rounds / 3)
  for (let round = -warming; round < rounds; round++) {
    for (const [place, work] of works.entries()) {
      const began = performance.now()
      for (let call = 0; call < calls; call++) {
        const given = work()
        if (given instanceof Promise) await given
      }
      if (round >= 0) samples[place]?.push(((performance.now() - began) * 1_000) / calls)
    }
  }
  return samples
}

/** One series by another, sample by sample. */
export function ratios(over: readonly number[] = [], under: readonly number[] = []): number[] {
  return over.map((value, round) => value / (under[round] ?? Number.NaN))
}
