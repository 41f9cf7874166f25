/** Names, and what joins them: as a picture, or as a list. */

import { useEffect, useMemo, useRef, useState } from 'react'
import { useResource } from '../../api/resource.js'
import { useLive, useStudio } from '../../api/studio.js'
import { Icon } from '../../design/icon.js'
import { PanelProblem } from '../../design/panel-problem.js'
import { plural } from '../../format/quantity.js'
import { type MemoryRoute, memoryHash } from '../page/route.js'
import { createPicture, type Picture } from './picture.js'
import { findNames, type Scene, type Topic, toScene } from './scene.js'

const suggestions = 8
const listed = 100

/** Shows the names. */
export function NamesView({ route, go }: { route: MemoryRoute; go: (route: MemoryRoute) => void }) {
  const { api } = useStudio()
  const revision = useLive((live) => live.revisions.memory)
  // The names move only when asked to. The first revision is the page's own: it comes with the connection.
  const [drawn, setDrawn] = useState(revision)
  const { value, error, reload } = useResource(api.names, String(drawn))
  const scene = useMemo(() => value && toScene(value), [value])
  const [typed, setTyped] = useState('')
  const [asList, setAsList] = useState(false)
  const chosen = route.name === undefined ? -1 : (scene?.byLabel.get(route.name.toLowerCase()) ?? -1)
  const choose = (index: number) => go({ view: 'names', name: scene?.labels[index] })

  if (error !== undefined && !value) return <PanelProblem error={error} onRetry={reload} />
  return (
    <div className="names">
      <div className="names-tools">
        <NameSearch
          scene={scene}
          typed={typed}
          onTyped={setTyped}
          onFound={choose}
          onUnknown={(name) => go({ view: 'names', name })}
          asList={asList}
        />
        <fieldset className="segments" aria-label="Show as">
          <button type="button" aria-pressed={!asList} onClick={() => setAsList(false)}>
            Picture
          </button>
          <button type="button" aria-pressed={asList} onClick={() => setAsList(true)}>
            List
          </button>
        </fieldset>
      </div>
      <p className="names-count muted" role="status">
        {value ? tellCounts(value) : 'Reading the names'}
        {value && Math.max(1, revision) !== Math.max(1, drawn) && (
          <>
            {' · '}
            <button type="button" className="link" onClick={() => setDrawn(revision)}>
              Memory may have changed, draw anew
            </button>
          </>
        )}
      </p>
      {scene !== undefined && scene.labels.length === 0 && (
        <p className="muted pad">
          No name is remembered yet. People, places and things written with a capital appear here.
        </p>
      )}
      {scene !== undefined && scene.labels.length > 0 && asList && (
        <NameList scene={scene} typed={typed} chosen={chosen} />
      )}
      {scene !== undefined && scene.labels.length > 0 && !asList && (
        <NamePicture scene={scene} chosen={chosen} onChoose={choose} />
      )}
      {scene === undefined && <div className="picture" />}
    </div>
  )
}

/** `5,000 of 12,340 names, the most mentioned; 15,000 of 33,797 links, the strongest`. */
function tellCounts({
  nodes,
  edges,
  total,
  totalEdges,
}: {
  nodes: readonly unknown[]
  edges: readonly unknown[]
  total: number
  totalEdges: number
}): string {
  const count = (shown: number, all: number, what: string, which: string) =>
    shown === all
      ? plural(all, what).replace(String(all), all.toLocaleString('en'))
      : `${shown.toLocaleString('en')} of ${all.toLocaleString('en')} ${what}s, the ${which}`
  return `${count(nodes.length, total, 'name', 'most mentioned')} · ${count(edges.length, totalEdges, 'link', 'strongest')}${
    nodes.length < total ? ' among them' : ''
  }`
}

function NameSearch({
  scene,
  typed,
  onTyped,
  onFound,
  onUnknown,
  asList,
}: {
  scene: Scene | undefined
  typed: string
  onTyped: (typed: string) => void
  onFound: (index: number) => void
  onUnknown: (name: string) => void
  asList: boolean
}) {
  const found = scene === undefined || typed.trim() === '' ? [] : findNames(scene, typed, suggestions)
  return (
    <form
      className="name-search"
      onSubmit={(event) => {
        event.preventDefault()
        if (typed.trim() === '') return
        // A name that is not drawn may still be remembered.
        if (found[0] === undefined) onUnknown(typed.trim())
        else onFound(found[0])
        if (!asList) onTyped('')
      }}
    >
      <label className="search">
        <Icon name="search" size={16} />
        <input
          type="search"
          aria-label="Find a name"
          placeholder="Find a name"
          value={typed}
          onChange={(event) => onTyped(event.target.value)}
        />
      </label>
      {!asList && typed.trim() !== '' && scene !== undefined && (
        <ul className="name-found" aria-label="Names found">
          {found.map((index) => (
            <li key={index}>
              <button
                type="button"
                onClick={() => {
                  onFound(index)
                  onTyped('')
                }}
              >
                <TopicDot colour={scene.colours[index] ?? -1} />
                <span>{scene.labels[index]}</span>
                <span className="muted number">{scene.records[index]}</span>
              </button>
            </li>
          ))}
          {found.length === 0 && <li className="muted">Not among those drawn. Enter looks in all of memory.</li>}
        </ul>
      )}
    </form>
  )
}

function NamePicture({ scene, chosen, onChoose }: { scene: Scene; chosen: number; onChoose: (index: number) => void }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const picture = useRef<Picture>(undefined)
  const latest = useRef(onChoose)
  const [topic, setTopic] = useState(-1)
  // A name that was chosen elsewhere comes into the middle; one that was clicked is where the eye is.
  const clicked = useRef(-1)
  useEffect(() => {
    latest.current = onChoose
  })

  useEffect(() => {
    if (canvas.current === null) return
    const made = createPicture({
      canvas: canvas.current,
      worker: new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' }),
      onChoose(index) {
        clicked.current = index
        latest.current(index)
      },
    })
    picture.current = made
    return () => made.close()
  }, [])
  useEffect(() => {
    picture.current?.show(scene)
    setTopic(-1)
  }, [scene])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another scene gives the name another place
  useEffect(() => {
    picture.current?.select(chosen)
    if (chosen >= 0 && chosen !== clicked.current) picture.current?.lookAt(chosen)
    clicked.current = -1
  }, [chosen, scene])
  useEffect(() => picture.current?.lookAtTopic(topic), [topic])

  return (
    <div className="picture">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="img"
        aria-label={`${plural(scene.labels.length, 'name')} and what joins them. Arrow keys move, plus and minus zoom, 0 shows all. The list has the same names.`}
        data-names={scene.labels.length}
        data-links={scene.edges.length / 2}
      />
      <Legend topics={scene.legend} chosen={topic} onChoose={setTopic} />
      <div className="picture-zoom">
        <button
          type="button"
          className="button button-icon button-small"
          aria-label="Zoom in"
          onClick={() => picture.current?.zoom(1.5)}
        >
          <Icon name="plus" size={15} />
        </button>
        <button
          type="button"
          className="button button-icon button-small"
          aria-label="Zoom out"
          onClick={() => picture.current?.zoom(1 / 1.5)}
        >
          <Icon name="minus" size={15} />
        </button>
        <button
          type="button"
          className="button button-icon button-small"
          aria-label="Show all"
          onClick={() => picture.current?.fit()}
        >
          <Icon name="fit" size={15} />
        </button>
      </div>
    </div>
  )
}

function Legend({
  topics,
  chosen,
  onChoose,
}: {
  topics: readonly Topic[]
  chosen: number
  onChoose: (colour: number) => void
}) {
  if (topics.length === 0) return null
  return (
    <details className="legend" open={matchMedia('(min-width: 56rem)').matches}>
      <summary>Topics</summary>
      <ul>
        {topics.map(({ colour, label, names }) => (
          <li key={colour}>
            <button
              type="button"
              aria-pressed={colour === chosen}
              onClick={() => onChoose(colour === chosen ? -1 : colour)}
            >
              <TopicDot colour={colour} />
              <span>{label}</span>
              <span className="muted number">{names}</span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  )
}

function NameList({ scene, typed, chosen }: { scene: Scene; typed: string; chosen: number }) {
  const [shown, setShown] = useState(listed)
  const found = findNames(scene, typed, shown + 1)
  return (
    <div className="name-list">
      <ul aria-label="Names">
        {found.slice(0, shown).map((index) => (
          <li key={index}>
            <a
              href={memoryHash({ view: 'names', name: scene.labels[index] })}
              aria-current={index === chosen ? 'true' : undefined}
            >
              <TopicDot colour={scene.colours[index] ?? -1} />
              <span>{scene.labels[index]}</span>
              <span className="muted number">
                {plural(scene.records[index] ?? 0, 'record')}, joined with {scene.degrees[index]}
              </span>
            </a>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="muted">No name drawn fits “{typed.trim()}”.</p>}
      {found.length > shown && (
        <button type="button" className="button" onClick={() => setShown(shown + 10 * listed)}>
          Show more
        </button>
      )}
    </div>
  )
}

function TopicDot({ colour }: { colour: number }) {
  return (
    <span
      className="dot"
      style={{ background: colour < 0 ? 'var(--line-strong)' : `var(--topic-${colour})` }}
      aria-hidden="true"
    />
  )
}
