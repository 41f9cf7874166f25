/** A cartridge beside its code, run as its kind is: played, used, asked. */

import type { CartridgeView } from '@salp/cartridge'
import { memo, useState } from 'react'
import { useStudio } from '../api/studio.js'
import { CallForm } from './call-form.js'
import { AppView, type Render } from './run/app-view.js'
import { GameView } from './run/game-view.js'
import { loadProgram } from './run/load-program.js'
import { openInPage } from './run/open-in-page.js'

/** Runs the active version of a cartridge, or says that there is none yet. */
export const Preview = memo(function Preview({
  view,
  onLog,
  onUsed,
}: {
  view: CartridgeView
  /** A line that it logs in this page. */
  onLog: (level: number, text: string) => void
  /** The node was asked. */
  onUsed: () => void
}) {
  const { api } = useStudio()
  // A page is shown as it is written, so it is loaded again when it was.
  const [page, setPage] = useState({ text: view.draft.page, edition: 0 })
  if (page.text !== view.draft.page) setPage({ text: view.draft.page, edition: page.edition + 1 })
  const { id, kind, language, name, version, draft } = view
  if (version === undefined)
    return (
      <div className="preview-none">
        <p>Nothing runs yet.</p>
        <p className="muted">Build it, and it runs here.</p>
      </div>
    )

  const load = (options: { signal: AbortSignal }) => loadProgram(api, { id, kind, language }, options)
  const open = async ({ signal }: { signal: AbortSignal }): Promise<Render> => {
    const cartridge = await openInPage(await load({ signal }), { signal, log: onLog })
    return async (event) => (await cartridge.call('render', { event })).output
  }
  switch (kind) {
    case 'interactive':
      return <GameView key={version} label={name} load={load} autoStart onLog={onLog} />
    case 'frontend':
      return (
        <AppView
          key={version}
          label={name}
          open={open}
          pageUrl={
            draft.page === undefined
              ? undefined
              : `/api/cartridges/${encodeURIComponent(id)}/page?v=${version}.${page.edition}`
          }
        />
      )
    case 'backend':
    case 'cognitive':
      return <CallForm view={view} onUsed={onUsed} />
  }
})
