/** A payment, before and after. */

import type { PayOrder, PayOutcome } from '@salp/gateway'
import { renderFields } from './fields.js'
import { amountText } from './money.js'
import type { Style } from './style.js'
import { oneLine } from './visible.js'

type Outcome<Status extends PayOutcome['status']> = Extract<PayOutcome, { status: Status }>

/** Shows what is asked, for what, by whom, and what is left. */
export function renderAsk(
  { method = 'GET', url }: Pick<PayOrder, 'method' | 'url'>,
  { amount, payee, leftToday }: Outcome<'ask'>,
  style: Style,
): string {
  const { paint } = style
  const fields = renderFields(
    [
      ['For', `${method} ${oneLine(url, 200)}`],
      ['To', payee],
      ['Left today', amountText({ ...amount, units: leftToday })],
    ],
    style,
  )
  const head = `${paint.bold(paint.yellow('?'))} ${paint.bold(`It costs ${oneLine(amountText(amount), 100)}`)}`
  return `${head}\n${fields.replace(/^/gm, '  ')}`
}

/** Says on one line what an answer cost. */
export function renderCost({ paid }: Outcome<'answered'>): string {
  if (paid === undefined) return 'It cost nothing'
  const { amount, payee, transaction } = paid
  return oneLine(`Paid ${amountText(amount)} to ${payee}, transaction ${transaction}`, 400)
}

/** Says on one line why there is no answer. */
export function renderRefusal(outcome: Outcome<'ask' | 'refused'>): string {
  if (outcome.status === 'ask') {
    const { amount, payee } = outcome
    return oneLine(`Not paid: it costs ${amountText(amount)}, to ${payee}, and nobody agreed to that`, 400)
  }
  const { reason, code, transaction } = outcome
  const paid = transaction === undefined ? 'Not answered' : `Paid in transaction ${transaction}, and not answered`
  return oneLine(`${paid}: ${reason} (${code})`, 600)
}
