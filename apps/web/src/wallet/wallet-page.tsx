/** The wallet: whose money it is, how much, what may be spent of it, and what was. */

import type { WalletView } from '@salp/gateway'
import { useState } from 'react'
import { useRefresh } from '../api/refresh.js'
import { useResource } from '../api/resource.js'
import { useLive, useStudio } from '../api/studio.js'
import { CopyButton } from '../design/copy-button.js'
import { Icon } from '../design/icon.js'
import { useAttempt, useNotice } from '../design/notices.js'
import { Page, Section } from '../design/page.js'
import { plural } from '../format/quantity.js'
import { webUrl } from '../money/address.js'
import { formatUnits } from '../money/amount.js'
import { AddressText, CommandLine, MoneyProblem, Skeleton } from '../money/money-parts.js'
import { PayForm } from '../money/pay-form.js'
import { QrCode } from '../money/qr-code.js'
import { Limits } from './limits.js'
import { type Receipts, ReceiptsSection, useReceipts } from './receipts.js'

/** No event tells of money that arrives from elsewhere, so it is asked for. */
const refreshMs = 6_000

/** Shows the page. */
export function WalletPage() {
  const { api } = useStudio()
  const connected = useLive((live) => live.connection.status === 'open')
  const wallet = useResource(api.wallet, String(connected))
  const receipts = useReceipts(String(connected))
  useRefresh(wallet, refreshMs)
  useRefresh(receipts, refreshMs)
  return (
    <Page>
      {wallet.value ? (
        <Sections
          wallet={wallet.value}
          receipts={receipts}
          onMoved={() => {
            wallet.reload()
            receipts.reload()
          }}
        />
      ) : wallet.error === undefined ? (
        <Skeleton />
      ) : (
        <MoneyProblem error={wallet.error} onRetry={wallet.reload} />
      )}
    </Page>
  )
}

function Sections({ wallet, receipts, onMoved }: { wallet: WalletView; receipts: Receipts; onMoved: () => void }) {
  const { state, detail, chain, policies } = wallet
  const { explorerUrl } = chain
  return (
    <div className="page-sections">
      {state === 'none' && (
        <Closed title="There is no wallet yet" command="salp wallet create">
          Until there is one, nothing can be bought or sold. This makes one, its key encrypted by a passphrase of yours:
        </Closed>
      )}
      {state === 'locked' && (
        <Closed title="The wallet is not open">
          {detail ?? 'Its passphrase is not known here: until it is, nothing can be paid.'}
        </Closed>
      )}
      <div className="money-pair">
        <Account wallet={wallet} />
        {wallet.address !== undefined && <Money wallet={wallet} onMoved={onMoved} />}
      </div>
      {state !== 'none' && (
        <>
          <div className="money-pair">
            <Section name="Spending limits">
              <Limits policies={policies} explorerUrl={explorerUrl} />
            </Section>
            {state === 'open' && (
              <Section name="Buy something">
                <p className="muted">
                  Sends one request to any service, and pays for it if the service asks (HTTP 402).
                </p>
                <PayForm explorerUrl={explorerUrl} onPaid={onMoved} />
              </Section>
            )}
            <Section name="Identity on the chain">
              <Identity wallet={wallet} onMoved={onMoved} />
            </Section>
          </div>
          <ReceiptsSection receipts={receipts} explorerUrl={explorerUrl} />
        </>
      )}
    </div>
  )
}

function Closed({ title, command, children }: { title: string; command?: string; children: string }) {
  return (
    <section className="money-warning" aria-label={title}>
      <Icon name="lock" />
      <div>
        <strong>{title}</strong>
        <p>{children}</p>
        {command !== undefined && <CommandLine command={command} />}
      </div>
    </section>
  )
}

function Account({ wallet: { address, chain } }: { wallet: WalletView }) {
  return (
    <Section name="Account">
      <div className="account">
        {address !== undefined && <QrCode text={address} label={`QR code of ${address}`} />}
        <div className="account-facts">
          {address === undefined ? (
            <p className="muted">Its address stands here once it is open.</p>
          ) : (
            <p className="account-address">
              <code>{address}</code>
              <CopyButton text={address} label="Copy the address" />
            </p>
          )}
          <p>
            {chain.name} <span className="muted number">chain {chain.id}</span>
          </p>
          {chain.development && (
            <p>
              <span className="tag tag-warm">Development chain</span>{' '}
              <span className="muted">Runs on this machine. Its money is worth nothing anywhere else.</span>
            </p>
          )}
          {!chain.reachable && (
            <p className="account-problem">The chain cannot be reached just now. What is shown may be out of date.</p>
          )}
        </div>
      </div>
    </Section>
  )
}

function Money({ wallet: { balances, faucet, chain }, onMoved }: { wallet: WalletView; onMoved: () => void }) {
  const poor = balances.every(({ base }) => /^0*$/.test(base))
  return (
    <Section name="Balances" aside={faucet && <Faucet onMoved={onMoved} />}>
      {balances.length > 0 && (
        <dl className="balances">
          {balances.map(({ units, symbol, asset }) => (
            <div key={asset} className={/^[0.]*$/.test(units) ? 'balance balance-none' : 'balance'}>
              <dt>
                {symbol} <AddressText address={asset} explorerUrl={chain.explorerUrl} />
              </dt>
              <dd className="number">{formatUnits(units)}</dd>
            </div>
          ))}
        </dl>
      )}
      {poor && (
        <p className="money-empty">
          {!chain.reachable
            ? 'Nothing is known of its money while the chain cannot be reached.'
            : faucet
              ? 'It holds nothing yet. The faucet gives money to try things with.'
              : `It holds nothing yet. Send tokens on ${chain.name} to its address.`}
        </p>
      )}
    </Section>
  )
}

function Faucet({ onMoved }: { onMoved: () => void }) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const notice = useNotice()
  const [asking, setAsking] = useState(false)
  return (
    <button
      type="button"
      className="button button-small"
      disabled={asking}
      onClick={async () => {
        setAsking(true)
        await attempt('get money from the faucet', async () => {
          const { transactions } = await api.faucet()
          notice(`The faucet gave money in ${plural(transactions.length, 'transaction')}`)
        })
        setAsking(false)
        onMoved()
      }}
    >
      <Icon name="plus" size={15} /> {asking ? 'Asking the faucet' : 'Get money from the faucet'}
    </button>
  )
}

function Identity({ wallet: { state, identity, chain }, onMoved }: { wallet: WalletView; onMoved: () => void }) {
  const { explorerUrl } = chain
  if (identity === undefined)
    return (
      <div className="money-empty">
        <p>
          Not registered. Once it is, other agents find this one in the registry, and what they say of it is tied to
          payments.
        </p>
        {state === 'open' && <Register chainName={chain.name} onRegistered={onMoved} />}
      </div>
    )
  const { agentId, registry, uri } = identity
  const url = webUrl(uri)
  return (
    <dl className="facts">
      <div>
        <dt>Agent</dt>
        <dd className="number">#{agentId}</dd>
      </div>
      <div>
        <dt>Registry</dt>
        <dd>
          <AddressText address={registry} explorerUrl={explorerUrl} />
        </dd>
      </div>
      <div>
        <dt>Registration</dt>
        <dd>
          {url === undefined ? (
            <code>{uri}</code>
          ) : (
            <a href={url.href} target="_blank" rel="noreferrer">
              {uri}
            </a>
          )}
        </dd>
      </div>
    </dl>
  )
}

/** Asks twice, since it costs gas and cannot be undone. */
function Register({ chainName, onRegistered }: { chainName: string; onRegistered: () => void }) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const [step, setStep] = useState<'idle' | 'sure' | 'registering'>('idle')
  if (step === 'idle')
    return (
      <button type="button" className="button button-small" onClick={() => setStep('sure')}>
        Register this agent
      </button>
    )
  return (
    <div className="actions">
      <button
        type="button"
        className="button button-small"
        disabled={step === 'registering'}
        onClick={async () => {
          setStep('registering')
          await attempt('register this agent', api.registerIdentity)
          setStep('idle')
          onRegistered()
        }}
      >
        {step === 'registering' ? 'Registering' : `Register on ${chainName}, for its gas`}
      </button>
      <button
        type="button"
        className="button-quiet button-small"
        disabled={step === 'registering'}
        onClick={() => setStep('idle')}
      >
        Not now
      </button>
    </div>
  )
}
