/** `salp gateway`: what is sold, and what came of it. */

import { Command, Option } from 'commander'
import { UsageError } from '../cli-errors.js'
import type { Api } from '../client/api.js'
import type { EndpointSettings, EndpointView } from '../client/gateway-api.js'
import { type Invocation, print } from '../invocation.js'
import {
  renderAnalytics,
  renderDays,
  renderEndpoint,
  renderEndpoints,
  renderGateway,
  renderPayments,
} from '../render/gateway.js'
import { withMoney } from '../wallet/with-money.js'
import { examples, type ToAction } from './action.js'
import { collect, integerFrom } from './values.js'

const dayMs = 86_400_000

/** What `add` and `edit` take. */
interface EndpointOptions {
  readonly target?: string
  readonly price?: string
  readonly mode?: EndpointSettings['settle']
  readonly description?: string
  readonly method?: readonly string[]
  readonly free?: number
  readonly rate?: number
}

/** Creates the command. */
export function gatewayCommand(toAction: ToAction): Command {
  const gateway = new Command('gateway').description(
    'sell over HTTP 402: services of the agent, and of yours elsewhere',
  )
  gateway
    .command('status', { isDefault: true })
    .description('what is sold, where, and the revenue of the week')
    .action(
      toAction((invocation) =>
        withMoney(invocation, async (api) => {
          const view = await api.gateway.show()
          const from = invocation.io.clock.now() - 7 * dayMs
          // What is closed knows neither of the two.
          const [endpoints, { rows }] = view.open
            ? await Promise.all([api.gateway.endpoints(), api.gateway.analytics({ from, per: 'range' })])
            : [[], { rows: [] }]
          const { assetText } = await import('../render/assets.js')
          print(invocation, { ...view, endpoints, week: rows }, (found, style) =>
            renderGateway(found, style, assetText),
          )
        }),
      ),
    )
  addEndpointOptions(
    gateway
      .command('add')
      .description('sell a service of yours; requests to /g/<slug> are passed on to it once they are paid for')
      .argument('<slug>', 'its name here: 3 to 64 of a-z, 0-9 and "-"')
      .argument('<target>', 'where it is: an https address')
      .requiredOption('--price <amount>', 'of a request, in dollars such as 0.01'),
  ).action(
    toAction((invocation, slug: string, target: string, { price = '', ...options }: EndpointOptions) =>
      withMoney(invocation, async (api) => {
        const added = await api.gateway.addEndpoint({ slug, target, price, ...settingsOf(options) })
        await printEndpoint(invocation, api, added)
      }),
    ),
  )
  gateway
    .command('list')
    .description('services that were added')
    .action(
      toAction((invocation) =>
        withMoney(invocation, async (api) =>
          print(
            invocation,
            { endpoints: await api.gateway.endpoints() },
            ({ endpoints }, style) => renderEndpoints(endpoints, style) || 'Nothing was added yet: salp gateway add',
          ),
        ),
      ),
    )
  gateway
    .command('show')
    .description('one of them')
    .argument('<slug>', 'its name')
    .action(
      toAction((invocation, slug: string) =>
        withMoney(invocation, async (api) => printEndpoint(invocation, api, await api.gateway.endpoint(slug))),
      ),
    )
  addEndpointOptions(
    gateway
      .command('edit')
      .description('change it; what is not given stays')
      .argument('<slug>', 'its name')
      .option('--target <url>', 'where it is')
      .option('--price <amount>', 'of a request, in dollars such as 0.01'),
  ).action(
    toAction((invocation, slug: string, options: EndpointOptions) => {
      const change = settingsOf(options)
      if (Object.keys(change).length === 0) throw new UsageError('Say what to change: see "salp gateway edit --help"')
      return changeEndpoint(invocation, slug, change)
    }),
  )
  for (const [name, about, active] of [
    ['close', 'stop selling it, and keep it', false],
    ['open', 'sell it again', true],
  ] as const) {
    gateway
      .command(name)
      .description(about)
      .argument('<slug>', 'its name')
      .action(toAction((invocation, slug: string) => changeEndpoint(invocation, slug, { active })))
  }
  gateway
    .command('remove')
    .description('take it away for good; what was paid stays on record')
    .argument('<slug>', 'its name')
    .action(
      toAction((invocation, slug: string) =>
        withMoney(invocation, async (api) => {
          await api.gateway.removeEndpoint(slug)
          print(invocation, { removed: slug }, ({ removed }) => `Removed ${removed}`)
        }),
      ),
    )
  gateway
    .command('payments')
    .description('payments that were presented, the newest first')
    .option('-n, --limit <count>', 'how many at most', integerFrom(1), 20)
    .action(
      toAction((invocation, { limit }: { limit: number }) =>
        withMoney(invocation, async (api) =>
          print(
            invocation,
            await api.gateway.payments(limit),
            ({ payments }, style) => renderPayments(payments, style) || 'No payments yet',
          ),
        ),
      ),
    )
  gateway
    .command('analytics')
    .description('requests, revenue, errors and waits: of all together, or of one by day')
    .argument('[slug]', 'its name')
    .option('--days <count>', 'how far back', integerFrom(1), 7)
    .action(
      toAction((invocation, slug: string | undefined, { days }: { days: number }) =>
        withMoney(invocation, async (api) => {
          const from = invocation.io.clock.now() - days * dayMs
          const found = await api.gateway.analytics({ slug, from, per: slug === undefined ? 'range' : 'day' })
          const { assetText } = await import('../render/assets.js')
          const render = slug === undefined ? renderAnalytics : renderDays
          print(invocation, found, ({ rows }, style) => render(rows, style, assetText) || 'No requests in that time')
        }),
      ),
    )
  return gateway.addHelpText(
    'after',
    `
Things are sold while a node runs: npm start. Modes: "before" takes the money first, "after" serves first and sends the answer
once it is paid, "deferred" gives credit and settles in groups.
${examples(
  ['salp gateway', 'what is sold, and the week’s revenue'],
  ['salp gateway add weather https://api.example.org/v1 --price 0.01', 'sell a service'],
  ['salp gateway edit weather --price 0.02 --free 10', 'change it'],
  ['salp gateway analytics weather --days 30 --json', 'a month by day, for a script'],
)}`,
  )
}

function addEndpointOptions(command: Command): Command {
  return command
    .addOption(new Option('--mode <mode>', 'when money moves').choices(['before', 'after', 'deferred']))
    .option('--description <text>', 'what buyers read')
    .option('--method <method>', 'a method that is sold; may be repeated', collect)
    .option('--free <count>', 'requests that each payer has free in a day', integerFrom(0))
    .option('--rate <count>', 'requests of one payer a minute', integerFrom(1))
}

function settingsOf({ mode, method, free, rate, ...same }: EndpointOptions): Partial<EndpointSettings> {
  return {
    ...same,
    ...(mode !== undefined && { settle: mode }),
    ...(method !== undefined && { methods: method.map((name) => name.toUpperCase()) }),
    ...(free !== undefined && { freePerDay: free }),
    ...(rate !== undefined && { ratePerMinute: rate }),
  }
}

function changeEndpoint(invocation: Invocation, slug: string, change: Partial<EndpointSettings>): Promise<void> {
  return withMoney(invocation, async (api) =>
    printEndpoint(invocation, api, await api.gateway.changeEndpoint(slug, change)),
  )
}

async function printEndpoint(invocation: Invocation, api: Api, endpoint: EndpointView): Promise<void> {
  const { endpointsUrl } = await api.gateway.show()
  print(invocation, { ...endpoint, url: `${endpointsUrl}${endpoint.slug}` }, renderEndpoint)
}
