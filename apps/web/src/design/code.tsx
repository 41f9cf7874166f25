/** Source to be read, in colours. */

import { useEffect, useState } from 'react'
import type { Piece } from './highlight.js'

/** Shows TypeScript; plain until the colours are loaded. */
export function Code({ source, label }: { source: string; label: string }) {
  const [coloured, setColoured] = useState<{ source: string; pieces: readonly Piece[] }>()
  useEffect(() => {
    let shown = true
    import('./highlight.js').then(
      ({ highlightTypeScript }) => shown && setColoured({ source, pieces: highlightTypeScript(source) }),
      // Without its colours the source is still there to read.
      () => undefined,
    )
    return () => {
      shown = false
    }
  }, [source])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled with the arrow keys
    <section className="code" aria-label={label} tabIndex={0}>
      <pre>
        {coloured?.source === source
          ? coloured.pieces.map(({ text, classes }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: pieces have nothing but their place
              <span key={at} className={classes}>
                {text}
              </span>
            ))
          : source}
      </pre>
    </section>
  )
}
