/** What is in a wallet, what it may spend, and what it paid and earned. */

import type { PolicyView, ReceiptView, WalletView } from '@salp/gateway'
import { type Column, renderColumns } from './columns.js'
import { renderFields } from './fields.js'
import { amountText, minuteText, shortHex } from './money.js'
import { plural } from './quantity.js'
import type { Style } from './style.js'

/** Shows a wallet, its limits below. */
export function renderWallet(view: WalletView, style: Style): string {
  const { state, detail, address, chain, balances, policies, identity, faucet } = view
  const fields = renderFields(
    [
      ['State', detail === undefined ? state : `${state}. ${detail}`],
      ...(address === undefined ? [] : [['Address', address] as const]),
      ['Chain', chainText(chain)],
      ...balances.map((balance, index) => [index === 0 ? 'Balance' : '', amountText(balance)] as const),
      ...(identity === undefined ? [] : [['Identity', `agent ${identity.agentId} of ${identity.registry}`] as const]),
      ...(faucet ? [['Faucet', 'gives test money: salp wallet faucet'] as const] : []),
    ],
    style,
  )
  const limits = renderColumns(policies, limitColumns, style)
  return limits === '' ? fields : `${fields}\n\n${limits}`
}

function chainText({ id, name, development, reachable }: WalletView['chain']): string {
  return [
    `${name} (${id})`,
    ...(development ? ['on this machine, its money is worth nothing'] : []),
    ...(reachable ? [] : ['not reachable just now']),
  ].join(', ')
}

const right = 'right' as const
const limitColumns: readonly Column<PolicyView>[] = [
  { title: 'Limits of', cell: ({ symbol }) => symbol },
  { title: 'left today', cell: ({ leftToday }) => leftToday, align: right },
  { title: 'a day', cell: ({ perDay }) => perDay, align: right },
  { title: 'a payee a day', cell: ({ perPayeeDay }) => perPayeeDay, align: right },
  { title: 'a task', cell: ({ perTask }) => perTask, align: right },
  { title: 'a payment', cell: ({ ceiling }) => ceiling, align: right },
  { title: 'asks above', cell: ({ askAbove }) => askAbove, align: right },
  { title: 'payees', cell: ({ payees }) => (payees === 'any' ? 'any' : plural(payees.length, 'address', 'addresses')) },
]

/** Lists receipts. */
export function renderReceipts(receipts: readonly ReceiptView[], style: Style): string {
  return renderColumns(receipts, receiptColumns, style)
}

const receiptColumns: readonly Column<ReceiptView>[] = [
  { title: 'When (UTC)', cell: ({ at }) => minuteText(at) },
  {
    title: 'Amount',
    cell: ({ direction, amount }) => `${direction === 'in' ? '+' : '-'}${amountText(amount)}`,
    align: right,
  },
  { title: 'With', cell: ({ direction, payer, payee }) => shortHex(direction === 'in' ? payer : payee) },
  { title: 'Transaction', cell: ({ transaction }) => shortHex(transaction) },
  { title: 'For', cell: ({ resource }) => resource },
]
