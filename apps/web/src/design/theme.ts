/** Light, dark, or as the system says; `public/theme.js` applies the choice before the first paint. */

import { useState } from 'react'
import { readStored, store } from './stored.js'

/** A person's choice. */
export type Theme = 'system' | 'light' | 'dark'

const next: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' }

/** The theme, a step to the next one, and any choice. */
export function useTheme(): [theme: Theme, step: () => void, choose: (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() => {
    const stored = readStored('theme')
    return stored === 'light' || stored === 'dark' ? stored : 'system'
  })
  function choose(chosen: Theme): void {
    setTheme(chosen)
    store('theme', chosen)
    if (chosen === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = chosen
  }
  return [theme, () => choose(next[theme]), choose]
}
