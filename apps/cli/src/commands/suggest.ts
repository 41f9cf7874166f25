/** What somebody may have meant. */

/** Gives ` Did you mean "x"?`, or nothing when no name is near. */
export function suggest(word: string, names: readonly string[]): string {
  const [nearest] = names
    .map((name) => ({ name, distance: editDistance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(2, name.length / 3) && distance < name.length / 2)
    .sort((a, b) => a.distance - b.distance)
  return nearest === undefined ? '' : ` Did you mean "${nearest.name}"?`
}

/** Insertions, deletions and replacements between two words. Quadratic in their lengths. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
