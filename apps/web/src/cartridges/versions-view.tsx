/** Versions that were let in: what changed between any two, and the way back. */

import type { CartridgeDraft, CartridgeView, VersionView } from '@salp/cartridge'
import { memo, useState } from 'react'
import { useResource } from '../api/resource.js'
import { useStudio } from '../api/studio.js'
import { diffLines } from '../chat/diff-lines.js'
import { DiffView } from '../chat/diff-view.js'
import { useAttempt, useNotice } from '../design/notices.js'
import { PanelProblem } from '../design/panel-problem.js'
import { formatBytes } from '../format/quantity.js'
import { formatAgo, formatMoment } from '../format/time.js'

/** A version by its number, or the draft as it is written. */
type Side = number | 'draft'

/** Lists them, newest first. */
export const VersionsView = memo(function VersionsView({
  view,
  draft,
  onChanged,
}: {
  view: CartridgeView
  draft: CartridgeDraft
  onChanged: () => void
}) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const notice = useNotice()
  const [busy, setBusy] = useState(false)
  const { id, versions } = view
  const now = Date.now()

  async function act(what: string, action: () => Promise<CartridgeView>): Promise<void> {
    setBusy(true)
    await attempt(what, async () => {
      const { version } = await action()
      notice(`Version ${version} runs`)
    })
    onChanged()
    setBusy(false)
  }

  if (versions.length === 0)
    return (
      <section className="side-section" aria-label="Versions">
        <p className="muted">Each build that passes its trial and its tests becomes a version. There is none yet.</p>
      </section>
    )
  return (
    <section className="side-section" aria-label="Versions">
      <header className="side-head">
        <p className="muted">Going back changes the code alone: keys and values stay.</p>
        <button
          type="button"
          className="button button-small"
          disabled={busy || versions.length < 2}
          onClick={() => void act('go back', () => api.rollBackCartridge(id))}
        >
          Go back
        </button>
      </header>
      <ul className="cartridge-versions" aria-label="Versions">
        {versions.map((version) => (
          <VersionRow
            key={version.number}
            version={version}
            now={now}
            busy={busy}
            onActivate={() => act(`run version ${version.number}`, () => api.activateCartridge(id, version.number))}
          />
        ))}
      </ul>
      <Compare view={view} draft={draft} />
    </section>
  )
})

function VersionRow({
  version: { number, createdAt, bytes, sha256, active },
  now,
  busy,
  onActivate,
}: {
  version: VersionView
  now: number
  busy: boolean
  onActivate: () => void
}) {
  return (
    <li className="cartridge-version">
      <strong>Version {number}</strong>
      <span className="muted number">
        <time title={formatMoment(createdAt)}>{formatAgo(createdAt, now)}</time> · {formatBytes(bytes)} ·{' '}
        <code title={sha256}>{sha256.slice(0, 8)}</code>
      </span>
      {active ? (
        <span className="tag tag-good">runs</span>
      ) : (
        <button
          type="button"
          className="button-quiet button-small"
          aria-label={`Run version ${number}`}
          disabled={busy}
          onClick={onActivate}
        >
          Run
        </button>
      )}
    </li>
  )
}

function Compare({ view, draft }: { view: CartridgeView; draft: CartridgeDraft }) {
  const { api } = useStudio()
  const { id, versions, version } = view
  const [before, setBefore] = useState<Side>(
    versions.find(({ active }) => active)?.number ?? versions[0]?.number ?? 'draft',
  )
  const [after, setAfter] = useState<Side>('draft')
  const read = async (side: Side, options: { signal: AbortSignal }) =>
    side === 'draft' ? undefined : (await api.cartridgeVersion(id, side, options)).draft
  const sides = useResource(
    (options) => Promise.all([read(before, options), read(after, options)]),
    `${id} ${before} ${after} ${version}`,
  )
  const [old = draft, fresh = draft] = sides.value ?? []
  const choice = (label: string, value: Side, set: (side: Side) => void) => (
    <select
      aria-label={label}
      value={String(value)}
      onChange={({ target }) => set(target.value === 'draft' ? 'draft' : Number(target.value))}
    >
      <option value="draft">the draft</option>
      {versions.map(({ number }) => (
        <option key={number} value={number}>
          version {number}
        </option>
      ))}
    </select>
  )
  return (
    <section className="compare" aria-label="Compare">
      <p className="compare-line">
        From {choice('From', before, setBefore)} to {choice('To', after, setAfter)}
      </p>
      {sides.value ? (
        <Differences old={old} fresh={fresh} />
      ) : (
        sides.error !== undefined && <PanelProblem error={sides.error} onRetry={sides.reload} />
      )}
    </section>
  )
}

function Differences({ old, fresh }: { old: CartridgeDraft; fresh: CartridgeDraft }) {
  const parts = (
    [
      ['Program', old.source, fresh.source],
      ['Page', old.page ?? '', fresh.page ?? ''],
      ['Name and description', `${old.name}\n${old.description}`, `${fresh.name}\n${fresh.description}`],
      ['Permissions', lines(old), lines(fresh)],
      ['Tests', JSON.stringify(old.tests, null, 2), JSON.stringify(fresh.tests, null, 2)],
    ] as const
  ).flatMap(([name, from, to]) => (from === to ? [] : [{ name, lines: diffLines(from, to) }]))
  if (parts.length === 0) return <p className="muted">They are equal.</p>
  return (
    <>
      {parts.map(({ name, lines }) => (
        <section key={name} aria-label={name}>
          <h4>{name}</h4>
          <DiffView lines={lines} />
        </section>
      ))}
    </>
  )
}

function lines({ capabilities, callTargets, httpHosts }: CartridgeDraft): string {
  const reach = [...callTargets.map((target) => `calls ${target}`), ...httpHosts.map((host) => `asks ${host}`)]
  return [...capabilities, ...reach].join('\n')
}
