/** Lines of a change, ready to be shown: what went, what came, what stayed. */

/** One line of a diff. */
export interface DiffLine {
  readonly kind: 'added' | 'removed' | 'context' | 'heading'
  readonly text: string
}

/** Splits a unified diff. Lines of an unknown kind count as context. */
export function parseUnifiedDiff(patch: string): DiffLine[] {
  return patch
    .replace(/\n$/, '')
    .split('\n')
    .map((line): DiffLine => {
      if (/^(?:---|\+\+\+|@@|diff |index )/.test(line)) return { kind: 'heading', text: line }
      if (line.startsWith('+')) return { kind: 'added', text: line.slice(1) }
      if (line.startsWith('-')) return { kind: 'removed', text: line.slice(1) }
      return { kind: 'context', text: line.startsWith(' ') ? line.slice(1) : line }
    })
}

/** A replacement as a diff: equal lines at either end stay, the middle goes and comes. */
export function diffReplacement(before: string, after: string): DiffLine[] {
  const old = before === '' ? [] : before.replace(/\n$/, '').split('\n')
  const fresh = after === '' ? [] : after.replace(/\n$/, '').split('\n')
  const shorter = Math.min(old.length, fresh.length)
  let head = 0
  while (head < shorter && old[head] === fresh[head]) head += 1
  let tail = 0
  while (tail < shorter - head && old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]) tail += 1
  const line = (kind: DiffLine['kind']) => (text: string) => ({ kind, text })
  return [
    ...old.slice(0, head).map(line('context')),
    ...old.slice(head, old.length - tail).map(line('removed')),
    ...fresh.slice(head, fresh.length - tail).map(line('added')),
    ...old.slice(old.length - tail).map(line('context')),
  ]
}

/** Lines shown around a change. */
const aroundLines = 3
/** Lines that may come or go before a shorter way round is no longer looked for. */
const maxChanges = 2_000

/**
 * Two texts line by line, by the fewest lines that come or go, with three equal ones around each change.
 *
 * Takes time with the square of the lines that differ; from 2000 on the middle goes and comes as a whole.
 *
 * @returns Nothing if they are equal.
 * @see E. W. Myers, "An O(ND) difference algorithm and its variations" (1986).
 */
export function diffLines(before: string, after: string): DiffLine[] {
  const [old, fresh] = [before.split('\n'), after.split('\n')]
  const whole = editScript(old, fresh) ?? diffReplacement(before, after)
  return whole.every(({ kind }) => kind === 'context') ? [] : foldContext(whole)
}

function editScript(old: readonly string[], fresh: readonly string[]): DiffLine[] | undefined {
  // Furthest line of `old` on each diagonal, for each number of changes.
  const trace: Map<number, number>[] = []
  for (let changes = 0; changes <= Math.min(old.length + fresh.length, maxChanges); changes++) {
    const reached = new Map<number, number>()
    const last = trace.at(-1)
    for (let diagonal = -changes; diagonal <= changes; diagonal += 2) {
      let x = changes === 0 ? 0 : stepFrom(last, diagonal)
      if (x > old.length || x - diagonal > fresh.length) continue
      while (x < old.length && x - diagonal < fresh.length && old[x] === fresh[x - diagonal]) x++
      reached.set(diagonal, x)
      if (x === old.length && x - diagonal === fresh.length) return walkBack([...trace, reached], old, fresh)
    }
    trace.push(reached)
  }
  return undefined
}

/** Where one more change leads on a diagonal: a line that came (from above), or one that went. */
function stepFrom(last: ReadonlyMap<number, number> | undefined, diagonal: number): number {
  const came = last?.get(diagonal + 1) ?? -1
  const went = (last?.get(diagonal - 1) ?? -2) + 1
  const x = Math.max(came, went)
  return x < 0 ? Number.POSITIVE_INFINITY : x
}

function walkBack(trace: readonly Map<number, number>[], old: readonly string[], fresh: readonly string[]): DiffLine[] {
  const lines: DiffLine[] = []
  let [x, y] = [old.length, fresh.length]
  for (let changes = trace.length - 1; changes >= 0; changes--) {
    const last = trace[changes - 1]
    const from = changes === 0 ? 0 : stepFrom(last, x - y)
    while (x > from) {
      x--
      y--
      lines.push({ kind: 'context', text: old[x] ?? '' })
    }
    if (changes === 0) break
    if ((last?.get(x - y + 1) ?? -1) === x) lines.push({ kind: 'added', text: fresh[--y] ?? '' })
    else lines.push({ kind: 'removed', text: old[--x] ?? '' })
  }
  return lines.reverse()
}

/** Leaves out equal lines far from a change, and says how many. */
function foldContext(lines: readonly DiffLine[]): DiffLine[] {
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - aroundLines), at + aroundLines + 1).some(({ kind }) => kind !== 'context'),
  )
  const folded: DiffLine[] = []
  let hidden = 0
  const tell = (): void => {
    if (hidden > 0) folded.push({ kind: 'heading', text: hidden === 1 ? '1 equal line' : `${hidden} equal lines` })
    hidden = 0
  }
  for (const [at, line] of lines.entries()) {
    if (near[at]) {
      tell()
      folded.push(line)
    } else hidden++
  }
  tell()
  return folded
}
