/** Everything remembered: by search and by time, by name, and what to put in order. */

import { type ReactNode, useState } from 'react'
import { useLive, useStudio } from '../../api/studio.js'
import { Dialog, DialogHead } from '../../design/dialog.js'
import { Icon } from '../../design/icon.js'
import { useMedia } from '../../design/media.js'
import { useAttempt, useNotice } from '../../design/notices.js'
import { AddMemory } from '../add-memory.js'
import { AboutPane } from '../names/about-pane.js'
import { NamesView } from '../names/names-view.js'
import { RecordDetail } from './record-detail.js'
import { RecordsView } from './records-view.js'
import { type MemoryRoute, type MemoryView, memoryHash, memoryViews } from './route.js'
import { TidyView } from './tidy-view.js'

const hints: Record<MemoryView, string> = {
  records: 'Choose a record to see where it came from and what it was before, to change it or to forget it.',
  names: 'Choose a name to see what is told of it: its relations, how it fares, and the records that mention it.',
  tidy: 'Choose a record to read it in full before you decide.',
}

/** Shows one view, and beside it the record or the name that is opened; on a small screen above it. */
export function MemoryPage({ route }: { route: MemoryRoute }) {
  const live = useLive((state) => state.revisions.memory)
  const [changes, setChanges] = useState(0)
  const roomForPane = useMedia('(min-width: 72rem)')
  const revision = `${live}.${changes}`
  const changed = () => setChanges((count) => count + 1)
  const go = (next: MemoryRoute, { replace = false } = {}) => {
    const hash = memoryHash(next)
    if (replace) location.replace(hash)
    else location.hash = hash
  }
  const close = () => go({ ...route, id: undefined, name: undefined })
  const opened = openedIn(route, {
    revision,
    onChanged(id) {
      changed()
      if (id !== route.id) go({ ...route, id }, { replace: true })
    },
  })

  return (
    <div className="memory-page">
      <div className="memory-main">
        <nav className="view-tabs" aria-label="Memory">
          {memoryViews.map(({ id, name }) => (
            <a key={id} href={memoryHash({ view: id })} aria-current={id === route.view ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <div className="memory-view">
          {route.view === 'records' && (
            <RecordsView
              route={route}
              revision={revision}
              empty={!roomForPane && <Add onAdded={changed} />}
              onChange={(change) => go({ ...route, ...change }, { replace: true })}
            />
          )}
          {route.view === 'names' && <NamesView route={route} go={go} />}
          {route.view === 'tidy' && <TidyView route={route} revision={revision} onChanged={changed} />}
        </div>
      </div>
      {roomForPane ? (
        <aside className="memory-pane" aria-label="Details">
          {opened ? (
            <>
              <div className="pane-head">
                {route.id !== undefined && route.name !== undefined && (
                  <a className="button-quiet button-small" href={memoryHash({ ...route, id: undefined })}>
                    <Icon name="back" size={15} /> {route.name}
                  </a>
                )}
                <button
                  type="button"
                  className="button-quiet button-icon button-small button-push"
                  aria-label="Close details"
                  onClick={close}
                >
                  <Icon name="close" size={16} />
                </button>
              </div>
              {opened}
            </>
          ) : (
            <>
              {route.view === 'records' && <Add onAdded={changed} />}
              <p className="muted">{hints[route.view]}</p>
            </>
          )}
        </aside>
      ) : (
        opened && (
          <Dialog label="Details" place="bottom" onClose={close}>
            <DialogHead title={route.id === undefined ? 'Name' : 'Record'} onClose={close} />
            <div className="memory-pane">{opened}</div>
          </Dialog>
        )
      )}
    </div>
  )
}

function openedIn(
  route: MemoryRoute,
  { revision, onChanged }: { revision: string; onChanged: (id: string | undefined) => void },
): ReactNode {
  if (route.id !== undefined)
    return <RecordDetail id={route.id} route={route} revision={revision} onChanged={onChanged} />
  return route.name === undefined ? undefined : <AboutPane name={route.name} route={route} />
}

function Add({ onAdded }: { onAdded: () => void }) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const notice = useNotice()
  return (
    <AddMemory
      onAdd={async (content) => {
        if (!(await attempt('remember this', () => api.addMemory({ content })))) return false
        notice('Remembered')
        onAdded()
        return true
      }}
    />
  )
}
