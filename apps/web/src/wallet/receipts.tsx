/** What was paid and earned, newest first. */

import type { ReceiptView } from '@salp/gateway'
import { useEffect, useState } from 'react'
import { type Resource, useResource } from '../api/resource.js'
import { useStudio } from '../api/studio.js'
import { useAttempt } from '../design/notices.js'
import { Section } from '../design/page.js'
import { PanelProblem } from '../design/panel-problem.js'
import { plural } from '../format/quantity.js'
import { formatAgo, formatMoment } from '../format/time.js'
import { formatAmount } from '../money/amount.js'
import { AddressText, TransactionText } from '../money/money-parts.js'
import { filterReceipts, type ReceiptFilter, withNewest, withOlder } from './receipt-list.js'

const pageSize = 50

/** Receipts as far as they are loaded. */
export interface Receipts extends Pick<Resource<unknown>, 'error' | 'loading' | 'reload'> {
  readonly known: readonly ReceiptView[] | undefined
  /** Loads the next page; nothing if there is none. */
  readonly loadOlder: (() => Promise<void>) | undefined
}

/** Loads the newest receipts now and whenever `key` changes, older ones when they are asked for. */
export function useReceipts(key: string): Receipts {
  const { api } = useStudio()
  const attempt = useAttempt()
  const newest = useResource((options) => api.receipts({ limit: pageSize }, options), key)
  const [known, setKnown] = useState<readonly ReceiptView[]>()
  // The very first one, once it was reached.
  const [oldest, setOldest] = useState<string>()
  const page = newest.value?.receipts
  useEffect(() => {
    if (page) setKnown((before = []) => withNewest(before, page, pageSize))
  }, [page])

  const last = known?.at(-1)
  async function loadOlder(from: ReceiptView): Promise<void> {
    await attempt('load older receipts', async () => {
      // Several may bear one moment, so that of the last is asked for once more.
      const { receipts } = await api.receipts({ limit: pageSize, before: from.at + 1 })
      setKnown((before = []) => withOlder(before, receipts))
      if (receipts.length < pageSize) setOldest(receipts.at(-1)?.id ?? from.id)
    })
  }
  const complete = last === undefined || known === undefined || known.length < pageSize || last.id === oldest
  return {
    error: newest.error,
    loading: newest.loading,
    reload: newest.reload,
    known,
    loadOlder: complete ? undefined : () => loadOlder(last),
  }
}

/** The list, with its filter and the ways out of it. */
export function ReceiptsSection({ receipts, explorerUrl }: { receipts: Receipts; explorerUrl: string | undefined }) {
  const [filter, setFilter] = useState<ReceiptFilter>({ direction: 'any', text: '' })
  const { known, error, reload, loadOlder } = receipts
  const shown = known && filterReceipts(known, filter)
  const filtered = filter.direction !== 'any' || filter.text.trim() !== ''
  return (
    <Section
      name="Receipts"
      aside={
        known !== undefined &&
        known.length > 0 && (
          <span className="actions">
            <a className="button-quiet button-small" href="/api/wallet/receipts.csv" download>
              Export CSV
            </a>
            <a className="button-quiet button-small" href="/api/wallet/receipts.jsonl" download>
              Export JSONL
            </a>
          </span>
        )
      }
    >
      {error !== undefined && !known && <PanelProblem error={error} onRetry={reload} />}
      {known?.length === 0 && (
        <p className="money-empty">
          Nothing was paid or earned yet. What this node buys, and what others pay for its endpoints, stands here with
          its transaction.
        </p>
      )}
      {known !== undefined && known.length > 0 && (
        <div className="receipt-filter">
          <label>
            <span className="visually-hidden">Direction</span>
            <select
              className={filter.direction === 'any' ? undefined : 'filter-used'}
              value={filter.direction}
              onChange={({ target: { value } }) =>
                setFilter({ ...filter, direction: value === 'in' || value === 'out' ? value : 'any' })
              }
            >
              <option value="any">In and out</option>
              <option value="in">In: earned</option>
              <option value="out">Out: paid</option>
            </select>
          </label>
          <input
            type="search"
            aria-label="Find receipts"
            placeholder="Find by service, address, transaction, task"
            value={filter.text}
            onChange={(event) => setFilter({ ...filter, text: event.target.value })}
          />
          <span className="muted" role="status">
            {filtered ? `${shown?.length} of ${plural(known.length, 'receipt')}` : plural(known.length, 'receipt')}
            {loadOlder && ' loaded'}
          </span>
        </div>
      )}
      {shown !== undefined && known !== undefined && known.length > 0 && shown.length === 0 && (
        <p className="muted">None of these receipts passes the filter.</p>
      )}
      <ul className="receipts" aria-label="Receipts">
        {shown?.map((receipt) => (
          <ReceiptRow key={receipt.id} receipt={receipt} explorerUrl={explorerUrl} />
        ))}
      </ul>
      {loadOlder && <OlderButton onLoad={loadOlder} />}
    </Section>
  )
}

function OlderButton({ onLoad }: { onLoad: () => Promise<void> }) {
  const [loading, setLoading] = useState(false)
  return (
    <button
      type="button"
      className="button receipts-older"
      disabled={loading}
      onClick={async () => {
        setLoading(true)
        await onLoad()
        setLoading(false)
      }}
    >
      {loading ? 'Loading' : 'Load older receipts'}
    </button>
  )
}

function ReceiptRow({ receipt, explorerUrl }: { receipt: ReceiptView; explorerUrl: string | undefined }) {
  const { direction, at, amount, payer, payee, transaction, resource, task } = receipt
  const earned = direction === 'in'
  return (
    <li className="receipt">
      <span className={earned ? 'receipt-amount receipt-in number' : 'receipt-amount number'}>
        <span aria-hidden="true">{earned ? '+' : '−'}</span>
        <span className="visually-hidden">{earned ? 'Earned ' : 'Paid '}</span>
        {formatAmount(amount)}
      </span>
      <span className="receipt-what">
        {resource === '' ? <span className="muted">Nothing was named</span> : resource}
        {!earned && task !== '' && <span className="muted"> · for {task}</span>}
      </span>
      <span className="receipt-who muted">
        {earned ? 'from ' : 'to '}
        <AddressText address={earned ? payer : payee} explorerUrl={explorerUrl} />, transaction{' '}
        <TransactionText transaction={transaction} explorerUrl={explorerUrl} />
      </span>
      <time className="receipt-when muted" dateTime={new Date(at).toISOString()} title={formatMoment(at)}>
        {formatAgo(at, Date.now())}
      </time>
    </li>
  )
}
