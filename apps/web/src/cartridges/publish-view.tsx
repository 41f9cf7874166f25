/** Lets anyone use a cartridge, for nothing or for a price. */

import type { CartridgeView } from '@salp/cartridge'
import { type FormEvent, useId, useState } from 'react'
import { describeProblem } from '../api/problem.js'
import { useStudio } from '../api/studio.js'
import { CopyButton } from '../design/copy-button.js'
import { useNotice } from '../design/notices.js'
import { PortStandingView } from './port-view.js'

/** The form, and the address once it is public. */
export function PublishView({ view, onChanged }: { view: CartridgeView; onChanged: () => void }) {
  const { api } = useStudio()
  const notice = useNotice()
  const [price, setPrice] = useState(view.price ?? '')
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const id = useId()
  const url = new URL(view.path, location.href).href

  async function publish(published: boolean): Promise<void> {
    setBusy(true)
    setProblem(undefined)
    try {
      const asked = price.trim()
      await api.publishCartridge(view.id, { published, price: published && asked !== '' ? asked : null })
      notice(published ? `${view.name} is public` : `${view.name} is not public any more`)
      onChanged()
    } catch (error) {
      const { title, detail } = describeProblem(error)
      setProblem(detail || title)
    } finally {
      setBusy(false)
    }
  }
  function submit(event: FormEvent): void {
    event.preventDefault()
    void publish(true)
  }

  if (view.kind === 'cognitive') return <PortStandingView view={view} />
  return (
    <form className="side-section" aria-label="Publish" onSubmit={submit}>
      {view.published ? (
        <>
          <p>
            {view.kind === 'backend' ? 'Anyone may call it' : 'Anyone may use it'}
            {view.price === undefined ? ', for nothing:' : `, for ${view.price} a call:`}
          </p>
          <span className="command-line publish-url">
            <a className="mono" href={url} target="_blank" rel="noreferrer">
              {url}
            </a>
            <CopyButton text={url} label="Copy the address" />
          </span>
        </>
      ) : (
        <p className="muted">
          Only you can use it now. Public, it has the address <code>{view.path}</code>
          {view.kind === 'backend'
            ? ', and each call may cost something.'
            : ', and runs in the browser of whoever opens it.'}
        </p>
      )}
      {view.version === undefined && <p className="muted">It has to be built first.</p>}
      {view.kind === 'backend' && (
        <label className="field" htmlFor={`${id}-price`}>
          Price of a call
          <input
            id={`${id}-price`}
            className="number publish-price"
            placeholder="free, or $0.01"
            autoComplete="off"
            value={price}
            aria-invalid={problem !== undefined || undefined}
            onChange={({ target }) => setPrice(target.value)}
          />
        </label>
      )}
      {problem !== undefined && (
        <p className="field-error" role="alert">
          {problem}
        </p>
      )}
      <div className="actions">
        {(!view.published || price.trim() !== (view.price ?? '')) && (
          <button
            type="submit"
            className="button button-small button-primary"
            disabled={busy || view.version === undefined}
          >
            {view.published ? 'Change the price' : 'Publish'}
          </button>
        )}
        {view.published && (
          <button type="button" className="button button-small" disabled={busy} onClick={() => void publish(false)}>
            Take it back
          </button>
        )}
      </div>
    </form>
  )
}
