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
