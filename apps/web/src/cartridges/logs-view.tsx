/** What a cartridge writes while it runs, on the node and in this page, newest at the end. */

import type { CartridgeUse, LogLine } from '@salp/cartridge'
import { useEffect, useRef, useState } from 'react'
import { pause } from '../api/pause.js'
import { useStudio } from '../api/studio.js'
import { plural } from '../format/quantity.js'
import { formatAgo, formatClock } from '../format/time.js'
import { explainTrap } from './words.js'

/** A line that was logged by a run in this page. */
export interface PageLine {
  /** In ms since the epoch. */
  readonly at: number
  /** 0 debug, 1 info, 2 warn, 3 and more error. */
  readonly level: number
  readonly text: string
}

const everyMs = 2_000
const keptLines = 500
const levels = ['debug', 'info', 'warn', 'error'] as const

/** Shows both, in order of time. */
export function LogsView({ id, page, use }: { id: string; page: readonly PageLine[]; use: CartridgeUse }) {
  const node = useNodeLines(id)
  const list = useRef<HTMLOListElement>(null)
  const atEnd = useRef(true)
  const lines = [
    ...node.map(({ number, at, level, text }) => ({ key: `node ${number}`, at, level, text, where: '' })),
    ...page.map(({ at, level, text }, index) => ({
      ...{
        key: `page ${index} ${at}`,
        at,
        level: levels[Math.max(0, Math.min(level, 3))] ?? 'error',
        text,
        where: 'here',
      },
    })),
  ].sort((a, b) => a.at - b.at)

  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever there is more to see
  useEffect(() => {
    if (atEnd.current) list.current?.scrollTo({ top: list.current.scrollHeight })
  }, [lines.length])

  return (
    <section className="side-section" aria-label="Logs">
      <UseLine use={use} />
      {lines.length === 0 ? (
        <p className="muted">
          Nothing was logged yet. A cartridge with that permission writes <code>log('…')</code>, from{' '}
          <code>cart/index</code>.
        </p>
      ) : (
        <ol
          ref={list}
          className="log-lines"
          aria-label="Log"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a long log is scrolled with the arrow keys
          tabIndex={0}
          onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
            atEnd.current = scrollHeight - scrollTop - clientHeight < 24
          }}
        >
          {lines.map(({ key, at, level, text, where }) => (
            <li key={key} className={`run-log log-${level}`}>
              <time className="muted number">{formatClock(at)}</time>
              <span className="log-level">{level}</span>
              <span className="run-log-text">{text}</span>
              {where !== '' && <span className="muted">{where}</span>}
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

function UseLine({ use: { calls, traps, meanMs, lastTrap } }: { use: CartridgeUse }) {
  const now = Date.now()
  return (
    <>
      <p className="muted number">
        {calls === 0 ? 'Not called on the node yet' : `${plural(calls, 'call')} on the node`}
        {meanMs !== undefined && `, ${meanMs.toFixed(2)} ms each`}
        {traps > 0 && `, ${traps} stopped`}.
      </p>
      {lastTrap && (
        <p className="bad-text small-text">
          {formatAgo(lastTrap.at, now)}: {explainTrap(lastTrap).title} <span className="muted">{lastTrap.message}</span>
        </p>
      )}
    </>
  )
}

/** Lines of the node, asked for as long as they are looked at. */
function useNodeLines(id: string): readonly LogLine[] {
  const { api } = useStudio()
  const [lines, setLines] = useState<readonly LogLine[]>([])
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const follow = async (): Promise<void> => {
      for (let after = 0; !signal.aborted; ) {
        try {
          const { lines: more } = await api.cartridgeLogs(id, after, { signal })
          after = more.at(-1)?.number ?? after
          if (more.length > 0) setLines((before) => [...before, ...more].slice(-keptLines))
        } catch (error) {
          // The node is away; the page says so elsewhere, and this asks again.
          if (signal.aborted) throw error
        }
        do await pause(everyMs, signal)
        while (document.visibilityState !== 'visible')
      }
    }
    setLines([])
    follow().catch((error: unknown) => {
      if (!signal.aborted) console.warn('The log is not followed any more', error)
    })
    return () => controller.abort()
  }, [api, id])
  return lines
}
