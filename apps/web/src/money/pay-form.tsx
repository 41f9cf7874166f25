/** Sends a request that may cost something, asks where it costs much, and tells what came of it. */

import type { PayOrder, PayOutcome } from '@salp/gateway'
import { useEffect, useId, useRef, useState } from 'react'
import type { SoldMethod } from '../api/contracts.js'
import { soldMethods } from '../api/contracts.js'
import { ApiError, describeProblem } from '../api/problem.js'
import { useStudio } from '../api/studio.js'
import { formatBytes } from '../format/quantity.js'
import { formatAmount, formatUnits } from './amount.js'
import { AddressText, TransactionText } from './money-parts.js'
import { type OrderDraft, readable, refusalTitle, takesBody, toOrder } from './order.js'

type Sent =
  | { readonly status: 'sending'; readonly order: PayOrder }
  | { readonly status: 'done'; readonly order: PayOrder; readonly outcome: PayOutcome }
  | { readonly status: 'failed'; readonly order: PayOrder; readonly error: unknown }
  | { readonly status: 'cancelled' }

/** A form over a request. `onPaid` is told after each outcome, since money may have moved. */
export function PayForm({
  url = '',
  methods = soldMethods,
  explorerUrl,
  onPaid,
}: {
  /** Where it begins; it can be changed. */
  url?: string
  methods?: readonly SoldMethod[]
  explorerUrl: string | undefined
  onPaid: () => void
}) {
  const { api } = useStudio()
  const [draft, setDraft] = useState<OrderDraft>({ url, method: methods[0] ?? 'GET', body: '' })
  const [sent, setSent] = useState<Sent>()
  const [unclear, setUnclear] = useState(false)
  const problemId = useId()
  const asked = sent?.status === 'done' && sent.outcome.status === 'ask'
  const set = (part: Partial<OrderDraft>) => {
    setDraft({ ...draft, ...part })
    setUnclear(false)
  }

  async function send(order: PayOrder): Promise<void> {
    setSent({ status: 'sending', order })
    try {
      setSent({ status: 'done', order, outcome: await api.pay(order) })
    } catch (error) {
      setSent({ status: 'failed', order, error })
    }
    onPaid()
  }

  return (
    <div className="pay">
      <form
        className="pay-form"
        aria-label="Request"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          const order = toOrder(draft, Date.now())
          setUnclear(order === undefined)
          if (order) void send(order)
        }}
      >
        <div className="pay-line">
          <label className="field pay-method">
            Method
            <select
              value={draft.method}
              onChange={(event) =>
                set({ method: methods.find((method) => method === event.target.value) ?? draft.method })
              }
            >
              {methods.map((method) => (
                <option key={method}>{method}</option>
              ))}
            </select>
          </label>
          <label className="field pay-url">
            Address
            <input
              type="url"
              value={draft.url}
              placeholder="https://"
              aria-invalid={unclear || undefined}
              aria-describedby={unclear ? problemId : undefined}
              onChange={(event) => set({ url: event.target.value })}
            />
          </label>
        </div>
        {unclear && (
          <p id={problemId} className="field-error">
            Give a whole address, beginning with http:// or https://.
          </p>
        )}
        {takesBody(draft.method) && (
          <label className="field">
            Body
            <textarea rows={3} value={draft.body} onChange={(event) => set({ body: event.target.value })} />
          </label>
        )}
        <div className="actions">
          <button
            type="submit"
            className={asked ? 'button' : 'button button-primary'}
            disabled={sent?.status === 'sending'}
          >
            Send
          </button>
          <span className="muted pay-note">Pays what is asked, within the limits of the wallet.</span>
        </div>
      </form>
      <div role="status">
        {sent?.status === 'sending' && <p className="muted pay-result">Asking, and paying if it must…</p>}
        {sent?.status === 'cancelled' && <p className="muted pay-result">Cancelled. Nothing was paid.</p>}
        {sent?.status === 'failed' && <Failed error={sent.error} />}
        {sent?.status === 'done' && sent.outcome.status === 'answered' && (
          <Answered outcome={sent.outcome} explorerUrl={explorerUrl} />
        )}
        {sent?.status === 'done' && sent.outcome.status === 'refused' && (
          <Refused outcome={sent.outcome} explorerUrl={explorerUrl} />
        )}
      </div>
      {sent?.status === 'done' && sent.outcome.status === 'ask' && (
        <AskCard
          order={sent.order}
          asked={sent.outcome}
          explorerUrl={explorerUrl}
          onPay={(agreedUpTo) => void send({ ...sent.order, agreedUpTo })}
          onCancel={() => setSent({ status: 'cancelled' })}
        />
      )}
    </div>
  )
}

/** What would be paid, and the two ways on. */
function AskCard({
  order,
  asked: { amount, payee, leftToday },
  explorerUrl,
  onPay,
  onCancel,
}: {
  order: PayOrder
  asked: Extract<PayOutcome, { status: 'ask' }>
  explorerUrl: string | undefined
  onPay: (agreedUpTo: string) => void
  onCancel: () => void
}) {
  const card = useRef<HTMLElement>(null)
  const titleId = useId()
  useEffect(() => card.current?.focus(), [])
  return (
    <section ref={card} className="pay-ask" tabIndex={-1} aria-labelledby={titleId}>
      <h3 id={titleId}>Pay {formatAmount(amount)}?</h3>
      <dl className="facts">
        <div>
          <dt>For</dt>
          <dd>
            <code>
              {order.method} {order.url}
            </code>
          </dd>
        </div>
        <div>
          <dt>To</dt>
          <dd>
            <AddressText whole address={payee} explorerUrl={explorerUrl} />
          </dd>
        </div>
        <div>
          <dt>Left today</dt>
          <dd className="number">
            {formatUnits(leftToday)} {amount.symbol}, before this
          </dd>
        </div>
      </dl>
      {order.agreedUpTo !== undefined && (
        <p className="muted">You agreed to {formatUnits(order.agreedUpTo)}; the price is another now.</p>
      )}
      <div className="actions">
        <button type="button" className="button button-primary" onClick={() => onPay(amount.units)}>
          Pay {formatAmount(amount)}
        </button>
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </section>
  )
}

function Answered({
  outcome: { code, contentType, body, truncated, paid },
  explorerUrl,
}: {
  outcome: Extract<PayOutcome, { status: 'answered' }>
  explorerUrl: string | undefined
}) {
  const failed = code >= 400
  return (
    <div className="pay-result">
      <p className={failed ? 'pay-bad' : 'pay-good'}>
        {paid === undefined ? (
          <strong>It cost nothing</strong>
        ) : (
          <>
            <strong>Paid {formatAmount(paid.amount)}</strong> to{' '}
            <AddressText address={paid.payee} explorerUrl={explorerUrl} /> in{' '}
            <TransactionText transaction={paid.transaction} explorerUrl={explorerUrl} />
          </>
        )}
      </p>
      <p className="muted">
        {failed ? `The service answered with an error, ${code}` : `Answered ${code}`}
        {contentType !== '' && ` · ${contentType}`}
        {truncated && ` · only the first ${formatBytes(65_536)} are shown`}
      </p>
      {body === '' ? (
        <p className="muted">The answer has no body.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too
        <pre className="pay-answer" tabIndex={0}>
          {readable(body, contentType)}
        </pre>
      )}
    </div>
  )
}

function Refused({
  outcome: { code, reason, transaction },
  explorerUrl,
}: {
  outcome: Extract<PayOutcome, { status: 'refused' }>
  explorerUrl: string | undefined
}) {
  return (
    <div className="pay-result">
      <p className="pay-bad">
        <strong>{refusalTitle({ code })}:</strong> {reason}
      </p>
      <p className="muted">
        <code>{code}</code>
        {transaction !== undefined && (
          <>
            {' '}
            · look at transaction <TransactionText transaction={transaction} explorerUrl={explorerUrl} />
          </>
        )}
      </p>
    </div>
  )
}

function Failed({ error }: { error: unknown }) {
  const { title } = describeProblem(error)
  // What the node refused to read, it did not pay; anything else may have broken on the way back.
  const unpaid = error instanceof ApiError && error.status >= 400 && error.status < 500
  return (
    <div className="pay-result">
      <p className="pay-bad">
        <strong>{title}</strong>
      </p>
      <p className="muted">
        {unpaid
          ? 'Nothing was paid.'
          : 'Whether it was paid is not known here: look at the receipts before you send it again.'}
      </p>
    </div>
  )
}
