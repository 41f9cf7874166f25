/** A frontend cartridge in use: its tree in the page, or its finished page in a frame of its own. */

import { connectPage, type MountedTree, mountTree } from '@salp/cartridge/browser'
import type { UiTree } from '@salp/cartridge/host'
import { useEffect, useRef, useState } from 'react'
import { explainTrap } from '../words.js'

/** Asks a frontend. */
export type Render = (event: unknown) => Promise<UiTree>

/** Shows the frontend that `open` gives; with `pageUrl`, the page that is served there in its place. */
export function AppView({
  label,
  open,
  pageUrl,
}: {
  label: string
  open: (options: { signal: AbortSignal }) => Promise<Render>
  pageUrl?: string | undefined
}) {
  const [round, setRound] = useState(0)
  const [error, setError] = useState<unknown>()
  const place = useRef<HTMLDivElement>(null)
  const frame = useRef<HTMLIFrameElement>(null)
  const latest = useRef(open)
  useEffect(() => {
    latest.current = open
  })

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round begins anew
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const opening = latest.current({ signal })
    const tell = (problem: unknown) => signal.aborted || setError(problem)
    // Events are answered in their order, also by a node that is far away.
    let last: Promise<unknown> = opening
    const render: Render = (event) => {
      const answer = last.then(async () => (await opening)(event))
      last = answer.catch(() => undefined)
      return answer
    }
    let leave = (): void => undefined
    if (frame.current) leave = connectPage({ frame: frame.current, render })
    else
      render({ type: 'mount' }).then((tree) => {
        if (signal.aborted || place.current === null) return
        const mounted: MountedTree = mountTree(place.current, tree, (event) => {
          render(event).then((next) => {
            if (signal.aborted) return
            setError(undefined)
            mounted.update(next)
          }, tell)
        })
        leave = mounted.unmount
      }, tell)
    opening.catch(tell)
    return () => {
      leave()
      controller.abort()
    }
  }, [round, pageUrl])

  const problem = error === undefined ? undefined : explainTrap(error)
  return (
    <div className="app-run">
      {pageUrl === undefined ? (
        <section key={round} ref={place} className="app-place" aria-label={label} />
      ) : (
        // It has the origin of nobody: scripts run, and reach nothing but the port they are given.
        <iframe
          key={`${round} ${pageUrl}`}
          ref={frame}
          className="app-page"
          title={label}
          sandbox="allow-scripts"
          src={pageUrl}
        />
      )}
      {problem && (
        <div className="app-problem" role="alert">
          <p>
            <strong>{problem.title}</strong> {problem.detail}
          </p>
          <button
            type="button"
            className="button button-small"
            onClick={() => {
              setError(undefined)
              setRound(round + 1)
            }}
          >
            Restart
          </button>
        </div>
      )}
    </div>
  )
}
