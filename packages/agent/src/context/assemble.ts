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
  /** What each section with items came to, in the order given. */
  readonly sections: readonly {
    readonly name: string
    readonly tokens: number
    /** Items that fitted, and those that were left out. */
    readonly shown: number
    readonly dropped: number
  }[]
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
  const kept = new Map<Section, { lines: string[]; shown: number; tokens: number }>()
  let tokens = 0
  for (const section of [...sections].sort((a, b) => b.priority - a.priority)) {
    const own = { lines: [] as string[], shown: 0, tokens: 0 }
    for (const item of section.items) {
      const heading = own.shown === 0 && section.heading !== undefined ? [section.heading] : []
      const cost = [...heading, item].reduce((sum, line) => sum + count(line) + 1, 0)
      if (tokens + cost > budgetTokens) break
      tokens += cost
      own.tokens += cost
      own.shown++
      own.lines.push(...heading, item)
    }
    kept.set(section, own)
  }
  const filled = sections.flatMap((section) => {
    const own = kept.get(section)
    return own === undefined || section.items.length === 0 ? [] : [{ section, own }]
  })
  return {
    tokens,
    text: filled
      .map(({ own }) => own.lines.join('\n'))
      .filter((part) => part !== '')
      .join('\n\n'),
    sections: filled.map(({ section: { name, items }, own: { shown, tokens: used } }) => ({
      ...{ name, tokens: used, shown, dropped: items.length - shown },
    })),
  }
}
