/** What a cartridge is called, what it may do, and its end. */

import { type Capability, type CartridgeDraft, type CartridgeView, httpHostSchema } from '@salp/cartridge'
import { useId, useState } from 'react'
import { useResource } from '../api/resource.js'
import { useStudio } from '../api/studio.js'
import { ConfirmDialog } from '../design/dialog.js'
import { Icon } from '../design/icon.js'
import { useAttempt, useNotice } from '../design/notices.js'
import type { DraftChange } from './draft-saver.js'
import { cartridgesHash } from './route.js'
import { capabilityWords } from './words.js'

const all = Object.keys(capabilityWords) as Capability[]

const blankPage = `<!doctype html>
<meta charset="utf-8">
<title>Page</title>
<p id="text">…</p>
<script>
  addEventListener('message', ({ ports: [port] }) => {
    port.onmessage = ({ data }) => { document.querySelector('#text').textContent = JSON.stringify(data) }
    port.postMessage({ id: 1, event: { type: 'mount' } })
  }, { once: true })
</script>
`

/** The form; what is changed is part of the draft, and counts from the next build on. */
export function SettingsView({
  view,
  draft,
  onChange,
}: {
  view: CartridgeView
  draft: CartridgeDraft
  onChange: (change: DraftChange) => void
}) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const notice = useNotice()
  const [deleting, setDeleting] = useState(false)
  const id = useId()
  const fits = (capability: Capability) => capability !== 'payment' || view.kind === 'backend'

  function grant(capability: Capability, on: boolean): void {
    const capabilities = all.filter((one) => (one === capability ? on : draft.capabilities.includes(one)))
    onChange({
      capabilities,
      ...(capability === 'call' && !on && { callTargets: [] }),
      ...(capability === 'http' && !on && { httpHosts: [] }),
    })
  }

  return (
    <section className="side-section settings" aria-label="Settings">
      <label className="field" htmlFor={`${id}-name`}>
        Name
        <input
          id={`${id}-name`}
          maxLength={100}
          value={draft.name}
          onChange={({ target }) => target.value.trim() !== '' && onChange({ name: target.value })}
        />
      </label>
      <label className="field" htmlFor={`${id}-description`}>
        What it does
        <textarea
          id={`${id}-description`}
          rows={2}
          maxLength={500}
          value={draft.description}
          onChange={({ target }) => onChange({ description: target.value })}
        />
      </label>
      <fieldset className="permissions">
        <legend>What it may do, from the next build on</legend>
        {all.filter(fits).map((capability) => (
          <label key={capability} className="permission">
            <input
              type="checkbox"
              checked={draft.capabilities.includes(capability)}
              onChange={({ target }) => grant(capability, target.checked)}
            />
            <span>
              {capabilityWords[capability].name} <code className="muted">{capability}</code>
              <small>{capabilityWords[capability].means}</small>
            </span>
          </label>
        ))}
        <p className="muted small-text">It can do nothing else: no files, no other machine.</p>
      </fieldset>
      {draft.capabilities.includes('call') && <Targets view={view} draft={draft} onChange={onChange} />}
      {draft.capabilities.includes('http') && <Hosts draft={draft} onChange={onChange} />}
      {view.kind === 'cognitive' && <PortChoice draft={draft} onChange={onChange} />}
      {view.kind === 'frontend' && (
        <label className="permission">
          <input
            type="checkbox"
            checked={draft.page !== undefined}
            onChange={({ target }) => onChange({ page: target.checked ? blankPage : undefined })}
          />
          <span>
            A page of its own
            <small>
              An HTML document in a sealed frame, in place of the tree. It asks the program through one port, and
              reaches nothing else.
            </small>
          </span>
        </label>
      )}
      <div className="settings-end">
        <button type="button" className="button button-small" onClick={() => setDeleting(true)}>
          <Icon name="trash" size={15} /> Delete this cartridge
        </button>
      </div>
      {deleting && (
        <ConfirmDialog
          title={`Delete ${view.name}?`}
          detail={`Its code, its ${view.versions.length} versions and what it keeps on the node are deleted. This cannot be undone.`}
          action="Delete"
          onClose={() => setDeleting(false)}
          onConfirm={async () => {
            if (!(await attempt('delete the cartridge', () => api.deleteCartridge(view.id)))) return
            notice(`${view.name} is deleted`)
            location.hash = cartridgesHash()
          }}
        />
      )}
    </section>
  )
}

function Targets({
  view,
  draft,
  onChange,
}: {
  view: CartridgeView
  draft: CartridgeDraft
  onChange: (change: DraftChange) => void
}) {
  const { api } = useStudio()
  const others = useResource(api.cartridges, view.id)
  const known = (others.value?.cartridges ?? []).filter(({ id, kind }) => kind === 'backend' && id !== view.id)
  const ids = [...new Set([...known.map(({ id }) => id), ...draft.callTargets])]
  return (
    <fieldset className="permissions">
      <legend>Services it may call</legend>
      {ids.length === 0 && <p className="muted small-text">There is no other service here yet.</p>}
      {ids.map((target) => (
        <label key={target} className="permission">
          <input
            type="checkbox"
            checked={draft.callTargets.includes(target)}
            onChange={({ target: { checked } }) =>
              onChange({ callTargets: ids.filter((id) => (id === target ? checked : draft.callTargets.includes(id))) })
            }
          />
          <span>
            {known.find(({ id }) => id === target)?.name ?? target} <code className="muted">{target}</code>
          </span>
        </label>
      ))}
    </fieldset>
  )
}

function Hosts({ draft, onChange }: { draft: CartridgeDraft; onChange: (change: DraftChange) => void }) {
  const [text, setText] = useState(draft.httpHosts.join('\n'))
  const lines = text.split('\n').flatMap((line) => line.trim().toLowerCase() || [])
  const wrong = lines.filter((line) => !httpHostSchema.safeParse(line).success)
  return (
    <label className="field">
      Machines it may ask, one a line
      <textarea
        rows={2}
        placeholder="api.example.com"
        value={text}
        onChange={({ target: { value } }) => {
          setText(value)
          const hosts = value.split('\n').flatMap((line) => line.trim().toLowerCase() || [])
          if (hosts.every((host) => httpHostSchema.safeParse(host).success))
            onChange({ httpHosts: [...new Set(hosts)] })
        }}
      />
      <span>
        {wrong.length > 0
          ? `${wrong.join(', ')}: write a host, or host:port, and nothing else`
          : 'Each has to be allowed in the settings too: cartridges.httpHosts'}
      </span>
    </label>
  )
}

function PortChoice({ draft: { port }, onChange }: { draft: CartridgeDraft; onChange: (change: DraftChange) => void }) {
  const { api } = useStudio()
  const found = useResource(api.ports, '')
  const ports = found.value?.ports ?? []
  const chosen = ports.find(({ name }) => name === port)
  const names = [...new Set([...ports.map(({ name }) => name), ...(port === undefined ? [] : [port])])]
  return (
    <label className="field">
      Place of the agent that it may take over
      <select
        value={port ?? ''}
        onChange={({ target }) => onChange({ port: target.value === '' ? undefined : target.value })}
      >
        <option value="">none</option>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      {chosen && (
        <span>
          {chosen.description} {chosen.contract}
        </span>
      )}
    </label>
  )
}
