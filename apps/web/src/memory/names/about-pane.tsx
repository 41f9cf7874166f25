/** What is told of one name. */

import type { AboutView } from '@salp/agent'
import { useState } from 'react'
import { useResource } from '../../api/resource.js'
import { useLive, useStudio } from '../../api/studio.js'
import { PanelProblem } from '../../design/panel-problem.js'
import { plural } from '../../format/quantity.js'
import { RecordRow } from '../page/record-row.js'
import { type MemoryRoute, memoryHash } from '../page/route.js'

const shownRecords = 20

/** Shows gist, relations and records of a name. */
export function AboutPane({ name, route }: { name: string; route: MemoryRoute }) {
  const { api } = useStudio()
  const revision = useLive((live) => live.revisions.memory)
  const { value, error, reload } = useResource((options) => api.aboutName(name, options), `${revision} ${name}`)
  if (error !== undefined) return <PanelProblem error={error} onRetry={reload} />
  if (value === undefined) return <p className="muted">Reading what is told of {name}</p>
  return <Told key={value.name} about={value} route={route} />
}

function Told({ about, route }: { about: AboutView; route: MemoryRoute }) {
  const [all, setAll] = useState(false)
  const { name, gist, valence, relations, records } = about
  return (
    <article className="about" aria-label={name}>
      <h2>{name}</h2>
      <p>{gist}</p>
      <Valence value={valence} told={relations.length} />
      {relations.length > 0 && (
        <section aria-labelledby="about-relations">
          <h3 id="about-relations">Relations</h3>
          <ul className="relations" aria-label="Relations">
            {relations.map(({ relation, other, direction, record }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two records may tell the same relation
              <li key={`${record} ${index}`}>
                <a href={memoryHash({ ...route, id: record })}>
                  {direction === 'from' ? (
                    <>
                      <span className="muted">{relation}</span> {other}
                    </>
                  ) : (
                    <>
                      {other} <span className="muted">{relation}</span> {name}
                    </>
                  )}
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="about-records">
        <h3 id="about-records">{plural(records.length, 'record')}</h3>
        <ul className="records" aria-label={`Records that mention ${name}`}>
          {records.slice(0, all ? undefined : shownRecords).map((record) => (
            <RecordRow key={record.id} record={record} route={route} />
          ))}
        </ul>
        {records.length > shownRecords && !all && (
          <button type="button" className="button button-small" onClick={() => setAll(true)}>
            Show all {records.length}
          </button>
        )}
      </section>
    </article>
  )
}

/** How a name fares by what is told: words, and a mark between badly and well. */
function Valence({ value, told }: { value: number; told: number }) {
  if (told === 0) return null
  const words = value >= 0.3 ? 'Fares well' : value <= -0.3 ? 'Fares badly' : 'Neither well nor badly'
  return (
    <div className="valence">
      <span className="valence-scale" aria-hidden="true">
        <span style={{ left: `${50 + 50 * value}%` }} />
      </span>
      <span className="muted">
        {words}, by the words of {plural(told, 'relation')}
      </span>
    </div>
  )
}
