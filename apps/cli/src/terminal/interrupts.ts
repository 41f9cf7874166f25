/** Ctrl-C, given to whoever has claimed it last. */

/** Where Ctrl-C goes. */
export interface Interrupts {
  /** Takes interrupts until released. @returns A function that releases them. */
  claim(handler: () => void): () => void
  /** Tells of one. */
  raise(): void
}

/** Creates the line of claims; `fallback` gets what nobody claims. */
export function createInterrupts(fallback: () => void): Interrupts {
  const claims: (() => void)[] = []
  return {
    claim(handler) {
      const own = (): void => handler()
      claims.push(own)
      return () => void claims.splice(claims.indexOf(own), claims.includes(own) ? 1 : 0)
    },
    raise: () => (claims.at(-1) ?? fallback)(),
  }
}
