/** What is compared with what: factors, their levels, and the cells made of them. */

/** Something that is varied. */
export interface Factor {
  readonly name: string
  /** The first is the one that the others are compared with. */
  readonly levels: readonly string[]
}

/** One combination: factor to level. */
export type Cell = Readonly<Record<string, string>>

/** Names a cell, as in `lessons=on memory=off`; factors in alphabetical order. */
export function cellName(cell: Cell): string {
  return Object.entries(cell)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([factor, level]) => `${factor}=${level}`)
    .join(' ')
}

/**
 * Lists the cells of a factorial design: all combinations, or a fraction of those of two-level factors.
 *
 * @param aliases - A factor whose level follows from others', by the parity of their levels: `{ d: ['a', 'b', 'c'] }` halves a
 * design of four. What is aliased cannot be told apart from the interaction of the others.
 * @throws RangeError if a factor stands twice or has fewer than two levels, or an alias is of no two-level factor.
 */
export function factorialCells(
  factors: readonly Factor[],
  aliases: Readonly<Record<string, readonly string[]>> = {},
): Cell[] {
  const byName = new Map(factors.map((factor) => [factor.name, factor]))
  if (
    byName.size !== factors.length ||
    factors.some(({ levels }) => new Set(levels).size !== levels.length || levels.length < 2)
  )
    throw new RangeError('Cannot design: each factor needs a name of its own and at least two levels')
  for (const [name, parents] of Object.entries(aliases))
    for (const of of [name, ...parents])
      if (byName.get(of)?.levels.length !== 2 || (of !== name && of in aliases))
        throw new RangeError(`Cannot alias "${name}": "${of}" is no free factor of two levels`)
  const free = factors.filter(({ name }) => !(name in aliases))
  let cells: Cell[] = [{}]
  for (const { name, levels } of free)
    cells = cells.flatMap((cell) => levels.map((level) => ({ ...cell, [name]: level })))
  return cells.map((cell) => {
    const full: Record<string, string> = { ...cell }
    for (const [name, parents] of Object.entries(aliases)) {
      const odd = parents.filter((parent) => cell[parent] === byName.get(parent)?.levels[1]).length % 2
      full[name] = byName.get(name)?.levels[odd] ?? ''
    }
    return full
  })
}
