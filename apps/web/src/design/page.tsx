/** The layout that pages share: it scrolls, it pales while the node is away, and its parts stand under headings. */

import type { ReactNode } from 'react'
import { useLive } from '../api/studio.js'

/** The place of a page; its parts stand in an element of class `page-sections`. */
export function Page({ children }: { children: ReactNode }) {
  const connected = useLive((live) => live.connection.status === 'open')
  return <div className={connected ? 'page' : 'page page-stale'}>{children}</div>
}

/** A part of a page under a heading; `aside` stands beside the heading. */
export function Section({ name, aside, children }: { name: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="page-section" aria-label={name}>
      <header>
        <h2>{name}</h2>
        {aside}
      </header>
      {children}
    </section>
  )
}
