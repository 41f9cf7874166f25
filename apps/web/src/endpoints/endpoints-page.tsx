/** What is sold here: endpoints that are registered, how they sell, and who paid. */

import type { GatewayView, WalletView } from '@salp/gateway'
import { useRef, useState } from 'react'
import type { SoldEndpoint } from '../api/contracts.js'
import { useRefresh } from '../api/refresh.js'
import { useResource } from '../api/resource.js'
import { useLive, useStudio } from '../api/studio.js'
import { CopyButton } from '../design/copy-button.js'
import { Icon } from '../design/icon.js'
import { useNotice } from '../design/notices.js'
import { Page, Section } from '../design/page.js'
import { PanelProblem } from '../design/panel-problem.js'
import { AddressText, CommandLine, MoneyProblem, Skeleton } from '../money/money-parts.js'
import { emptyDraft } from './draft.js'
import { type CardContext, EndpointCard } from './endpoint-card.js'
import { EndpointForm } from './endpoint-form.js'
import { RecentPayments } from './recent-payments.js'
import { amountWriter, queryOf, spans, sumUp } from './series.js'
import { Traffic } from './traffic.js'

/** Sales come from elsewhere and no event tells of each, so they are asked for. */
const refreshMs = 6_000

/** A wallet changes seldom, and looking at it asks the chain. */
const walletRefreshMs = 30_000

const shownPayments = 50

/** Shows the page. */
export function EndpointsPage() {
  const { api } = useStudio()
  const connected = useLive((live) => live.connection.status === 'open')
  const gateway = useResource(api.gateway, String(connected))
  const wallet = useResource(api.wallet, String(connected))
  // Once there was a shop it stays, so that nothing that is being written is lost while a node starts anew.
  const [opened, setOpened] = useState(false)
  if (gateway.value?.open && !opened) setOpened(true)
  useRefresh(gateway, refreshMs)
  useRefresh(wallet, gateway.value?.open ? walletRefreshMs : refreshMs)
  return (
    <Page>
      {gateway.value ? (
        <div className="page-sections">
          <Standing gateway={gateway.value} wallet={wallet.value} />
          {opened && (
            <Shop gateway={gateway.value} wallet={wallet.value} revision={String(connected)} onPaid={wallet.reload} />
          )}
        </div>
      ) : gateway.error === undefined ? (
        <Skeleton />
      ) : (
        <MoneyProblem error={gateway.error} onRetry={gateway.reload} />
      )}
    </Page>
  )
}

/** Everything about what is sold. `revision` loads it anew. */
function Shop({
  gateway,
  wallet,
  revision,
  onPaid,
}: {
  gateway: GatewayView
  wallet: WalletView | undefined
  revision: string
  onPaid: () => void
}) {
  const { api } = useStudio()
  const [span, setSpan] = useState<(typeof spans)[number]>(spans[1])
  const [slug, setSlug] = useState<string>()
  const endpoints = useResource(api.endpoints, revision)
  const payments = useResource((options) => api.payments(shownPayments, options), revision)
  const analytics = useResource(async (options) => {
    const query = queryOf(span, Date.now())
    return { span, query, ...(await api.analytics(query, options)) }
  }, `${revision} ${span.id}`)
  useRefresh(endpoints, refreshMs)
  useRefresh(payments, refreshMs)
  useRefresh(analytics, refreshMs)
  if (!endpoints.value)
    return endpoints.error === undefined ? (
      <Skeleton />
    ) : (
      <PanelProblem error={endpoints.error} onRetry={endpoints.reload} />
    )

  const { endpointsUrl, tokens } = gateway
  const explorerUrl = wallet?.chain.explorerUrl
  const write = amountWriter(tokens)
  const rows = analytics.value?.rows ?? []
  const context: CardContext = {
    endpointsUrl,
    symbols: [...new Set(tokens.map(({ symbol }) => symbol))],
    explorerUrl,
    write,
    spanName: (analytics.value?.span ?? span).name,
    onChanged: endpoints.reload,
    onPaid() {
      payments.reload()
      analytics.reload()
      onPaid()
    },
  }
  return (
    <>
      <EndpointsSection
        endpoints={endpoints.value}
        sumOf={(endpoint) =>
          sumUp(
            0,
            rows.filter((row) => row.slug === endpoint.slug),
          )
        }
        context={context}
      />
      <Section
        name="Sales"
        aside={
          (endpoints.value.length > 0 || rows.length > 0) && (
            <span className="sales-choice">
              <select
                aria-label="Endpoint"
                value={slug ?? ''}
                onChange={(event) => setSlug(event.target.value === '' ? undefined : event.target.value)}
              >
                <option value="">All endpoints</option>
                {endpoints.value.map((endpoint) => (
                  <option key={endpoint.slug}>{endpoint.slug}</option>
                ))}
              </select>
              <select
                aria-label="How far back"
                value={span.id}
                onChange={(event) => setSpan(spans.find(({ id }) => id === event.target.value) ?? span)}
              >
                {spans.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            </span>
          )
        }
      >
        {analytics.value ? (
          <Traffic rows={rows} query={analytics.value.query} slug={slug} write={write} />
        ) : (
          analytics.error !== undefined && <PanelProblem error={analytics.error} onRetry={analytics.reload} />
        )}
      </Section>
      <Section name="Recent payments">
        {payments.value ? (
          <RecentPayments payments={payments.value.payments} explorerUrl={explorerUrl} />
        ) : (
          payments.error !== undefined && <PanelProblem error={payments.error} onRetry={payments.reload} />
        )}
      </Section>
      <Section name="Sold by the agent itself">
        <Services services={gateway.services} />
      </Section>
    </>
  )
}

/** Whether anything can be sold, to whom the money goes and who moves it. */
function Standing({ gateway, wallet }: { gateway: GatewayView; wallet: WalletView | undefined }) {
  const { open, detail, payTo, facilitator, tokens } = gateway
  if (!open)
    return (
      <section className="money-warning" aria-label="Nothing can be sold now">
        <Icon name="alert" />
        <div>
          <strong>Nothing can be sold now</strong>
          {(wallet?.detail ?? detail) !== undefined && <p>{wallet?.detail ?? detail}</p>}
          {wallet?.state === 'none' && <CommandLine command="salp wallet create" />}
        </div>
      </section>
    )
  return (
    <p className="standing">
      Anyone may call these endpoints and pay in {listOf(tokens.map(({ symbol }) => symbol))}.
      {payTo !== undefined && (
        <>
          {' '}
          The money goes to <AddressText address={payTo} explorerUrl={wallet?.chain.explorerUrl} />
        </>
      )}
      {facilitator === 'own' ? ', moved by this node itself.' : ', moved by a facilitator elsewhere.'}
      {wallet?.chain.development && (
        <>
          {' '}
          <span className="tag tag-warm">Development chain</span> Its money is worth nothing anywhere else.
        </>
      )}
    </p>
  )
}

function EndpointsSection({
  endpoints,
  sumOf,
  context,
}: {
  endpoints: readonly SoldEndpoint[]
  sumOf: (endpoint: SoldEndpoint) => Parameters<typeof EndpointCard>[0]['sum']
  context: CardContext
}) {
  const { api } = useStudio()
  const notice = useNotice()
  const [registering, setRegistering] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const { endpointsUrl, symbols, onChanged } = context
  function stop(): void {
    setRegistering(false)
    button.current?.focus()
  }
  return (
    <Section
      name="Endpoints"
      aside={
        <button
          ref={button}
          type="button"
          className={endpoints.length === 0 ? 'button button-small button-primary' : 'button button-small'}
          aria-expanded={registering}
          onClick={() => setRegistering(!registering)}
        >
          <Icon name="plus" size={15} /> Register an endpoint
        </button>
      }
    >
      {registering && (
        <div className="endpoint">
          <EndpointForm
            before={emptyDraft}
            endpointsUrl={endpointsUrl}
            symbols={symbols}
            onCancel={stop}
            onSave={async (order) => {
              const { slug } = await api.createEndpoint(order)
              onChanged()
              notice(`${slug} is open for business`)
              stop()
            }}
          />
        </div>
      )}
      {endpoints.length === 0 && !registering && (
        <div className="money-empty">
          <p>
            Nothing is sold yet. Register a service that you run, or may resell: it gets an address here, whoever calls
            it pays first, and no account is needed. In a terminal:
          </p>
          <CommandLine command="salp gateway add weather https://api.example.org/v1 --price 0.01" />
        </div>
      )}
      <ul className="endpoints" aria-label="Endpoints">
        {endpoints.map((endpoint) => (
          <EndpointCard key={endpoint.slug} endpoint={endpoint} sum={sumOf(endpoint)} context={context} />
        ))}
      </ul>
    </Section>
  )
}

function Services({ services }: Pick<GatewayView, 'services'>) {
  if (services.length === 0) return <p className="money-empty">Nothing: the agent sells no service of its own.</p>
  return (
    <ul className="services">
      {services.map(({ name, url, price }) => (
        <li key={url}>
          <span>{name}</span>
          <span className="number">{price} a call</span>
          <span className="endpoint-url">
            <code>{url}</code>
            <CopyButton text={url} label={`Copy the address of ${name}`} />
          </span>
        </li>
      ))}
    </ul>
  )
}

function listOf(words: readonly string[]): string {
  return new Intl.ListFormat('en', { type: 'disjunction' }).format(new Set(words))
}
