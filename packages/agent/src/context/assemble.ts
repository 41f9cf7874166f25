/** Fits sections of a prompt into one budget of tokens, dropping what matters least. */

/** A part of the prompt that can be cut between its items, never inside one. */
export interface Section {
  readonly name: string
  /** A line before the items; left out when none of them fits. */
  readonly heading?: string | undefined
  /** The most important first. */
  readonly items: readonly string[]
  /** Higher is kept longer. */
  readonly priority: number
}

/** What fitted, and what did not. */
export interface Assembly {
  readonly text: string
  readonly tokens: number
  /** How many items of which section were left out. */
  readonly dropped: readonly { readonly name: string; readonly items: number }[]
}

/**
 * Assembles sections in the order given, spending the budget by priority, item by item.
 *
 * @param options - `budgetTokens`: for everything; `count`: tokens of a text.
 */
export function assemble(
  sections: readonly Section[],
  { budgetTokens, count }: { budgetTokens: number; count(text: string): number },
): Assembly {
  const kept = new Map<Section, string[]>()
  let tokens = 0
  for (const section of [...sections].sort((a, b) => b.priority - a.priority)) {
    const lines: string[] = []
    for (const item of section.items) {
      const heading = lines.length === 0 && section.heading !== undefined ? [section.heading] : []
      const cost = [...heading, item].reduce((sum, line) => sum + count(line) + 1, 0)
      if (tokens + cost > budgetTokens) break
      tokens += cost
      lines.push(...heading, item)
    }
    kept.set(section, lines)
  }
  const dropped = sections
    .map((section) => {
      const lines = kept.get(section) ?? []
      const shown = lines.length - (section.heading !== undefined && lines.length > 0 ? 1 : 0)
      return { name: section.name, items: section.items.length - shown }
    })
    .filter(({ items }) => items > 0)
  const text = sections
    .map((section) => (kept.get(section) ?? []).join('\n'))
    .filter((part) => part !== '')
    .join('\n\n')
  return { text, tokens, dropped }
}
