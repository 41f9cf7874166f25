/** The panel beside the conversation: four tabs, each loaded when it is first opened. */

import { type KeyboardEvent, Suspense } from 'react'
import { useLive } from '../api/studio.js'
import { lazyPart } from '../design/lazy-part.js'
import { type PanelTab, panelTabs } from './tabs.js'

const panels = {
  mind: lazyPart(() => import('../mind/mind-panel.js').then((part) => part.MindPanel)),
  memory: lazyPart(() => import('../memory/memory-panel.js').then((part) => part.MemoryPanel)),
  tasks: lazyPart(() => import('../tasks/tasks-panel.js').then((part) => part.TasksPanel)),
  log: lazyPart(() => import('../log/log-panel.js').then((part) => part.LogPanel)),
}

/** Shows the tabs, and the one that is chosen. Arrow keys move between them. */
export function SidePanel({ tab, onTab }: { tab: PanelTab; onTab: (tab: PanelTab) => void }) {
  const Panel = panels[tab]
  const connected = useLive((live) => live.connection.status === 'open')

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    const index = panelTabs.findIndex(({ id }) => id === tab)
    const next = panelTabs.at((index + step) % panelTabs.length)
    if (!next) return
    onTab(next.id)
    document.getElementById(`tab-${next.id}`)?.focus()
  }

  return (
    <aside className="side-panel" aria-label="Side panel">
      <div className="tabs" role="tablist" aria-label="Panels" onKeyDown={onKeyDown}>
        {panelTabs.map(({ id, name }) => (
          <button
            key={id}
            id={`tab-${id}`}
            type="button"
            role="tab"
            aria-selected={id === tab}
            aria-controls="tab-panel"
            tabIndex={id === tab ? 0 : -1}
            onClick={() => onTab(id)}
          >
            {name}
          </button>
        ))}
      </div>
      <div
        id="tab-panel"
        className={connected ? 'tab-panel' : 'tab-panel tab-panel-stale'}
        role="tabpanel"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled with the arrow keys
        tabIndex={0}
        aria-labelledby={`tab-${tab}`}
      >
        <Suspense fallback={<p className="muted pad">Loading</p>}>
          <Panel />
        </Suspense>
      </div>
    </aside>
  )
}
