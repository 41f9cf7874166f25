/** One endpoint: what it costs, where it is, how it did, and what can be done with it. */

import { useId, useRef, useState } from 'react'
import type { EndpointOrder, SoldEndpoint } from '../api/contracts.js'
import { useStudio } from '../api/studio.js'
import { CopyButton } from '../design/copy-button.js'
import { ConfirmDialog } from '../design/dialog.js'
import { Icon } from '../design/icon.js'
import { useAttempt, useNotice } from '../design/notices.js'
import { formatCount, plural } from '../format/quantity.js'
import { PayForm } from '../money/pay-form.js'
import { toDraft } from './draft.js'
import { EndpointForm } from './endpoint-form.js'
import type { AmountWriter, Slot } from './series.js'
import { settleWords } from './words.js'

/** What every card needs of the page. */
export interface CardContext {
  readonly endpointsUrl: string
  readonly symbols: readonly string[]
  readonly explorerUrl: string | undefined
  readonly write: AmountWriter
  /** How far back `sum` goes, in words. */
  readonly spanName: string
  readonly onChanged: () => void
  readonly onPaid: () => void
}

/** Shows an endpoint; one of another operator only to look at and to try. */
export function EndpointCard({
  endpoint,
  sum,
  context,
}: {
  endpoint: SoldEndpoint
  /** How it did of late. */
  sum: Slot
  context: CardContext
}) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const notice = useNotice()
  const [open, setOpen] = useState<'try' | 'edit'>()
  const [deleting, setDeleting] = useState(false)
  const editButton = useRef<HTMLButtonElement>(null)
  const panelId = useId()
  const { slug, price, description, target, active = true } = endpoint
  const { endpointsUrl, symbols, explorerUrl, onChanged, onPaid } = context
  const url = `${endpointsUrl}${slug}`
  const owned = target !== undefined
  const toggle = (panel: 'try' | 'edit') => setOpen(open === panel ? undefined : panel)

  async function change(order: EndpointOrder): Promise<void> {
    await api.changeEndpoint(slug, order)
    onChanged()
  }
  function stopEditing(): void {
    setOpen(undefined)
    editButton.current?.focus()
  }

  return (
    <li className={active ? 'endpoint' : 'endpoint endpoint-closed'}>
      <header>
        <h3>{slug}</h3>
        <span className={active ? 'tag tag-good' : 'tag tag-still'}>{active ? 'Open' : 'Closed'}</span>
        <span className="endpoint-price-tag number">{price} a call</span>
      </header>
      {description !== '' && <p>{description}</p>}
      <p className="endpoint-url">
        <code>{url}</code>
        <CopyButton text={url} label={`Copy the address of ${slug}`} />
      </p>
      <About endpoint={endpoint} />
      <Did sum={sum} context={context} />
      <div className="actions">
        <button
          type="button"
          className="button button-small"
          aria-expanded={open === 'try'}
          aria-controls={open === 'try' ? panelId : undefined}
          disabled={!active}
          onClick={() => toggle('try')}
        >
          <Icon name="spark" size={15} /> Try it
        </button>
        {owned && (
          <>
            <button
              ref={editButton}
              type="button"
              className="button-quiet button-small"
              aria-expanded={open === 'edit'}
              aria-controls={open === 'edit' ? panelId : undefined}
              onClick={() => toggle('edit')}
            >
              <Icon name="edit" size={15} /> Edit
            </button>
            <button
              type="button"
              className="button-quiet button-small"
              onClick={() =>
                attempt(active ? `close ${slug}` : `open ${slug}`, () => change({ active: !active })).then((done) => {
                  if (done && active && open === 'try') setOpen(undefined)
                })
              }
            >
              <Icon name={active ? 'lock' : 'shop'} size={15} /> {active ? 'Close' : 'Open'}
            </button>
            <button type="button" className="button-quiet button-small" onClick={() => setDeleting(true)}>
              <Icon name="trash" size={15} /> Delete
            </button>
          </>
        )}
      </div>
      {open === 'try' && (
        <div id={panelId} className="endpoint-panel">
          <p className="muted">
            A real request with a real payment, from the wallet of this node. Add to the address what stands below it.
          </p>
          <PayForm url={url} methods={endpoint.methods} explorerUrl={explorerUrl} onPaid={onPaid} />
        </div>
      )}
      {open === 'edit' && (
        <div id={panelId} className="endpoint-panel">
          <EndpointForm
            before={toDraft(endpoint)}
            endpointsUrl={endpointsUrl}
            symbols={symbols}
            onCancel={stopEditing}
            onSave={async (order) => {
              await change(order)
              notice(`Saved ${slug}`)
              stopEditing()
            }}
          />
        </div>
      )}
      {deleting && (
        <ConfirmDialog
          title={`Delete ${slug}?`}
          detail={`From then on ${url} is not found. Payments and receipts stay, and so does your right to the name. To stop selling for a while, close it instead.`}
          action="Delete"
          onClose={() => setDeleting(false)}
          onConfirm={async () => {
            if (await attempt(`delete ${slug}`, () => api.removeEndpoint(slug))) onChanged()
          }}
        />
      )}
    </li>
  )
}

function About({ endpoint }: { endpoint: SoldEndpoint }) {
  const { target, methods, settle, freePerDay, prices } = endpoint
  return (
    <dl className="facts">
      {target !== undefined && (
        <div>
          <dt>Service</dt>
          <dd>{target}</dd>
        </div>
      )}
      <div>
        <dt>Sold</dt>
        <dd>
          {methods.join(', ')}
          {freePerDay > 0 && `, the first ${freePerDay} of a payer free each day`}
        </dd>
      </div>
      <div>
        <dt>Paid</dt>
        <dd>{settleWords[settle].name}</dd>
      </div>
      {prices.length > 0 && (
        <div>
          <dt>Except</dt>
          <dd>
            {prices.map(({ method = '', path, price }) => (
              <span key={`${method} ${path}`} className="endpoint-rule">
                <code>{`${method} ${path}`.trim()}</code> {price}
              </span>
            ))}
          </dd>
        </div>
      )}
    </dl>
  )
}

function Did({ sum, context: { write, spanName } }: { sum: Slot; context: CardContext }) {
  const earned = [...sum.revenue].map(([asset, { amount }]) => write(asset, amount)).join(', ')
  return (
    <p className="muted">
      {spanName}:{' '}
      {sum.hits === 0 && sum.payments === 0
        ? 'no calls'
        : `${sum.hits === 1 ? '1 call' : `${formatCount(sum.hits)} calls`}, ${formatCount(sum.payments)} paid${earned === '' ? '' : `, earned ${earned}`}${sum.upstreamErrors > 0 ? `, ${plural(sum.upstreamErrors, 'error')}` : ''}`}
    </p>
  )
}
