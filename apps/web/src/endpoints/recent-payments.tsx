/** The newest payments, and how each stands. */

import type { PaymentView } from '@salp/gateway'
import { formatAgo, formatMoment } from '../format/time.js'
import { formatAmount } from '../money/amount.js'
import { AddressText, TransactionText } from '../money/money-parts.js'
import { routeName, wordsOf } from './words.js'

/** Lists payments, newest first. */
export function RecentPayments({
  payments,
  explorerUrl,
}: {
  payments: readonly PaymentView[]
  explorerUrl: string | undefined
}) {
  if (payments.length === 0)
    return (
      <p className="money-empty">
        Nobody presented a payment yet. “Try it”, on an endpoint, pays from the wallet of this node.
      </p>
    )
  return (
    <ul className="payments" aria-label="Recent payments">
      {payments.map((payment) => (
        <PaymentRow key={payment.key} payment={payment} explorerUrl={explorerUrl} />
      ))}
    </ul>
  )
}

function PaymentRow({
  payment: { state, route, amount, payer, transaction, reason, at },
  explorerUrl,
}: {
  payment: PaymentView
  explorerUrl: string | undefined
}) {
  const { tone, name, means } = wordsOf(state)
  return (
    <li className="payment">
      <span className={`tag tag-${tone === 'open' ? 'warm' : tone}`}>{name}</span>
      <span className="payment-what">
        <span className="number">{formatAmount(amount)}</span> for {routeName(route)}
      </span>
      <time className="muted" dateTime={new Date(at).toISOString()} title={formatMoment(at)}>
        {formatAgo(at, Date.now())}
      </time>
      <span className="payment-more muted">
        {means}
        {means !== '' && reason !== '' ? `: ${reason}.` : `${reason}${means === '' && reason === '' ? '' : '.'}`} From{' '}
        <AddressText address={payer} explorerUrl={explorerUrl} />
        {transaction !== '' && (
          <>
            , transaction <TransactionText transaction={transaction} explorerUrl={explorerUrl} />
          </>
        )}
      </span>
    </li>
  )
}
