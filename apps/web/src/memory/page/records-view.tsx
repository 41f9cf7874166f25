/** Records: those that answer a search, or all by time. */

import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { useResource } from '../../api/resource.js'
import { useStudio } from '../../api/studio.js'
import { Icon } from '../../design/icon.js'
import { useMedia } from '../../design/media.js'
import { PanelProblem } from '../../design/panel-problem.js'
import { plural } from '../../format/quantity.js'
import { useSettled } from '../use-settled.js'
import { dayOf, nameDay, startOf, timeOf, zoneOffset } from './days.js'
import { Filters } from './filters.js'
import { Histogram } from './histogram.js'
import { RecordRow } from './record-row.js'
import { type MemoryRoute, parseDay } from './route.js'
import { useRecords } from './use-records.js'

/** Shows search, filters, histogram and list. `revision` changes when memory may have. */
export function RecordsView({
  route,
  revision,
  empty,
  onChange,
}: {
  route: MemoryRoute
  revision: string
  /** Stands where nothing is remembered. */
  empty?: ReactNode
  onChange: (change: Partial<MemoryRoute>) => void
}) {
  const { api } = useStudio()
  const offsetMs = useMemo(() => zoneOffset(Date.now()), [])
  const roomy = useMedia('(min-width: 56rem)')
  const { kind, verification, author, tag, state, by, query } = route
  const dayEnd = (day: string | undefined) => {
    const number = day === undefined ? undefined : parseDay(day)
    return number === undefined ? undefined : startOf(number + 1, offsetMs)
  }
  const asOf = dayEnd(route.asOf)
  const filter = {
    ...{ kind, verification, author, tag, by },
    ...(query === undefined && { state }),
    ...(asOf !== undefined && { asOf: asOf - 1 }),
  }
  const searching = query !== undefined
  const records = useRecords(
    searching ? { ...filter, query, limit: 200 } : { ...filter, before: dayEnd(route.until) },
    revision,
  )
  const days = useResource(
    (options) => api.memoryDays({ ...filter, offsetMs }, options),
    `${revision} ${JSON.stringify(filter)}`,
  )
  const { hits, error, more, reload } = records
  const tags = useMemo(() => [...new Set(hits?.flatMap((hit) => hit.tags))].toSorted(), [hits])
  const total = days.value?.days.reduce((sum, day) => sum + day.records, 0)
  const view = useRef<HTMLDivElement>(null)
  const asked = JSON.stringify([query, filter, route.until])
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever else is asked for is read from its beginning
  useEffect(() => {
    if (view.current?.parentElement) view.current.parentElement.scrollTop = 0
  }, [asked])
  const filtered = [kind, verification, author, tag, state, route.asOf, route.until].some(Boolean)

  return (
    <div ref={view} className="records-view">
      <div className="records-tools">
        <SearchField query={query} onQuery={(next) => onChange({ query: next, until: undefined })} />
        <Filters route={route} tags={tags} onChange={(change) => onChange({ until: undefined, ...change })} />
      </div>
      {!searching && (
        <>
          <div className="timeline-tools">
            <p role="status">
              {total !== undefined ? tellTotal(total, route) : days.error === undefined ? 'Counting' : ''}
            </p>
            <label className="filter-date">
              <span>Go to</span>
              <input
                type="date"
                value={route.until ?? ''}
                onChange={(event) => onChange({ until: event.target.value || undefined })}
              />
            </label>
            <label>
              <span className="visually-hidden">By</span>
              <select
                value={by ?? ''}
                onChange={(event) =>
                  onChange({ by: event.target.value === 'recorded' ? 'recorded' : undefined, until: undefined })
                }
              >
                <option value="">By when it happened</option>
                <option value="recorded">By when it was learnt</option>
              </select>
            </label>
          </div>
          <Histogram
            days={days.value?.days}
            most={roomy ? 120 : 50}
            until={route.until}
            onUntil={(until) => onChange({ until })}
          />
        </>
      )}
      {searching && hits !== undefined && (
        <p className="found-line" role="status">
          {hits.length === 0
            ? `Nothing ${filtered ? 'that passes the filters ' : ''}answers “${query}”.`
            : `${plural(hits.length, 'record')}, best first`}
        </p>
      )}
      {error !== undefined && hits === undefined && <PanelProblem error={error} onRetry={reload} />}
      {hits === undefined && error === undefined && <Skeleton />}
      {!searching && hits?.length === 0 && (
        <p className="muted empty">
          {filtered
            ? 'Nothing passes these filters.'
            : 'Nothing is remembered yet. Write something to remember, or say “remember that …” in a conversation.'}
        </p>
      )}
      {!searching && !filtered && hits?.length === 0 && empty}
      {route.until !== undefined && !searching && (
        <button type="button" className="button button-small newer" onClick={() => onChange({ until: undefined })}>
          <Icon name="arrowUp" size={14} /> Back to the newest
        </button>
      )}
      {hits !== undefined && hits.length > 0 && (
        <div className={records.loading ? 'records-list records-stale' : 'records-list'}>
          {searching ? (
            <ul className="records" aria-label="Records found">
              {hits.map((hit) => (
                <RecordRow key={hit.id} record={hit} route={route} />
              ))}
            </ul>
          ) : (
            [...Map.groupBy(hits, (hit) => dayOf(timeOf(hit, by ?? 'happened'), offsetMs))].map(([day, ofDay]) => (
              <section key={day} aria-label={nameDay(day)}>
                <h2 className="day-heading">{nameDay(day)}</h2>
                <ul className="records">
                  {ofDay.map((hit) => (
                    <RecordRow key={hit.id} record={hit} route={route} />
                  ))}
                </ul>
              </section>
            ))
          )}
        </div>
      )}
      {more !== undefined && <More onSeen={more} shown={hits?.length ?? 0} />}
    </div>
  )
}

function tellTotal(total: number, { state, asOf }: MemoryRoute): string {
  const count = `${total.toLocaleString('en')} ${total === 1 ? 'record' : 'records'}`
  if (state === 'closed') return `${count} replaced by others`
  return asOf === undefined ? count : `${count} believed on ${asOf}`
}

/** The search, told once typing rests; another address changes what is typed. */
function SearchField({ query, onQuery }: { query: string | undefined; onQuery: (query: string | undefined) => void }) {
  const [typed, setTyped] = useState(query ?? '')
  const settled = useSettled(typed.trim())
  const told = useRef(query ?? '')
  const latest = useRef(onQuery)
  useEffect(() => {
    latest.current = onQuery
  })
  useEffect(() => {
    if (settled === told.current) return
    told.current = settled
    latest.current(settled || undefined)
  }, [settled])
  useEffect(() => {
    if ((query ?? '') === told.current) return
    told.current = query ?? ''
    setTyped(query ?? '')
  }, [query])
  return (
    <label className="search">
      <Icon name="search" size={16} />
      <input
        type="search"
        aria-label="Search everything remembered"
        placeholder="Search memory"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
    </label>
  )
}

/** Loads on when the end of the list comes near; a button for those who do not scroll. */
function More({ onSeen, shown }: { onSeen: () => void; shown: number }) {
  const button = useRef<HTMLButtonElement>(null)
  const latest = useRef(onSeen)
  useEffect(() => {
    latest.current = onSeen
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each page the end may still be in view
  useEffect(() => {
    if (button.current === null) return
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) latest.current()
      },
      { rootMargin: '600px' },
    )
    observer.observe(button.current)
    return () => observer.disconnect()
  }, [shown])
  return (
    <button ref={button} type="button" className="button more" onClick={onSeen}>
      Show more
    </button>
  )
}

function Skeleton() {
  return (
    <div className="skeleton" aria-hidden="true">
      {[72, 55, 64, 40, 68, 50].map((width) => (
        <span key={width} style={{ width: `${width}%` }} />
      ))}
    </div>
  )
}
