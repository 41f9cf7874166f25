/** Small preferences kept by the browser. Where it keeps none, the page works without. */

/** A preference, if it was kept. */
export function readStored(name: string): string | null {
  try {
    return localStorage.getItem(`salp:${name}`)
  } catch {
    return null
  }
}

/** Keeps a preference; an empty one is forgotten. */
export function store(name: string, value: string): void {
  try {
    if (value === '') localStorage.removeItem(`salp:${name}`)
    else localStorage.setItem(`salp:${name}`, value)
  } catch {
    // Storage is switched off or full: the preference lasts as long as the page.
  }
}
