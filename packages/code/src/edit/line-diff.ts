/** The lines that two short texts share. */

import type { HunkLine } from './rewrite.js'

/** Beyond this many comparisons nothing is taken as shared but the ends. */
const mostCells = 4_000_000

/** Writes the change from one passage to another as lines that stay, go and come; as many stay as can. */
export function diffLines(before: readonly string[], after: readonly string[]): HunkLine[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let [endA, endB] = [before.length, after.length]
  while (endA > start && endB > start && before[endA - 1] === after[endB - 1]) [endA, endB] = [endA - 1, endB - 1]
  return [
    ...before.slice(0, start).map(line('context')),
    ...middle(before.slice(start, endA), after.slice(start, endB)),
    ...before.slice(endA).map(line('context')),
  ]
}

/** The longest common subsequence, by a table. */
function middle(before: readonly string[], after: readonly string[]): HunkLine[] {
  const width = after.length + 1
  if (before.length * after.length > mostCells) return [...before.map(line('remove')), ...after.map(line('add'))]
  const length = new Uint32Array((before.length + 1) * width)
  for (let a = before.length - 1; a >= 0; a--)
    for (let b = after.length - 1; b >= 0; b--)
      length[a * width + b] =
        before[a] === after[b]
          ? (length[(a + 1) * width + b + 1] ?? 0) + 1
          : Math.max(length[(a + 1) * width + b] ?? 0, length[a * width + b + 1] ?? 0)
  const lines: HunkLine[] = []
  let [a, b] = [0, 0]
  while (a < before.length || b < after.length) {
    if (a < before.length && b < after.length && before[a] === after[b]) {
      lines.push(line('context')(before[a] ?? ''))
      a++
      b++
    } else if (
      a < before.length &&
      (b === after.length || (length[(a + 1) * width + b] ?? 0) >= (length[a * width + b + 1] ?? 0))
    )
      lines.push(line('remove')(before[a++] ?? ''))
    else lines.push(line('add')(after[b++] ?? ''))
  }
  return lines
}

function line(type: HunkLine['type']): (text: string) => HunkLine {
  return (text) => ({ type, text, open: false })
}
