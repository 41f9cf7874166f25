/** What both pages of money are made of: addresses, transactions, commands. */

import { ApiError } from '../api/problem.js'
import { CopyButton } from '../design/copy-button.js'
import { PanelProblem } from '../design/panel-problem.js'
import { explorerHref, shorten } from './address.js'

/** A command for the terminal, to be copied. */
export function CommandLine({ command }: { command: string }) {
  return (
    <span className="command-line money-command">
      <code>{command}</code>
      <CopyButton text={command} label={`Copy: ${command}`} />
    </span>
  )
}

/** An address, in short unless it is to be checked; a link where an explorer is known. */
export function AddressText({
  address,
  explorerUrl,
  whole = false,
}: {
  address: string
  explorerUrl: string | undefined
  whole?: boolean
}) {
  return (
    <OnChain
      value={address}
      text={whole ? address : shorten(address)}
      href={explorerHref(explorerUrl, 'address', address)}
    />
  )
}

/** The hash of a transaction in short; a link where an explorer is known. */
export function TransactionText({
  transaction,
  explorerUrl,
}: {
  transaction: string
  explorerUrl: string | undefined
}) {
  return <OnChain value={transaction} text={shorten(transaction)} href={explorerHref(explorerUrl, 'tx', transaction)} />
}

function OnChain({ value, text, href }: { value: string; text: string; href: string | undefined }) {
  return href === undefined ? (
    <code title={value}>{text}</code>
  ) : (
    <a className="mono" href={href} title={value} target="_blank" rel="noreferrer">
      {text}
    </a>
  )
}

/** Why a page of money shows nothing: a node without money has no such pages. */
export function MoneyProblem({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (!(error instanceof ApiError) || error.status !== 404) return <PanelProblem error={error} onRetry={onRetry} />
  return (
    <div className="page-sections">
      <p className="money-empty">
        Money is switched off in this node. Its setting wallet.chain says where money moves: “local” is a chain on this
        machine, to try things with.
      </p>
    </div>
  )
}

/** Grey lines in the places of what is loaded. */
export function Skeleton() {
  return (
    <div className="page-sections" role="status" aria-label="Loading">
      {[34, 56, 42].map((width) => (
        <div key={width} className="page-section skeleton" aria-hidden="true">
          <span style={{ width: `${width}%` }} />
          <span style={{ width: `${width + 22}%` }} />
          <span style={{ width: `${width + 8}%` }} />
        </div>
      ))}
    </div>
  )
}
