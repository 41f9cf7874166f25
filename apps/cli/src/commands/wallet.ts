/** `salp wallet`: money of the agent, and the keys to it. */

import { Command, Option } from 'commander'
import { WalletClosedError } from '../cli-errors.js'
import { print } from '../invocation.js'
import { renderReceipts, renderWallet } from '../render/wallet.js'
import { withMoney } from '../wallet/with-money.js'
import { examples, type ToAction } from './action.js'
import { integerFrom, moment } from './values.js'
import { addKeyCommands } from './wallet-keys.js'

interface ReceiptsOptions {
  readonly from?: number
  readonly until?: number
  readonly limit: number
  readonly csv?: true
}

/** Creates the command. */
export function walletCommand(toAction: ToAction): Command {
  const wallet = new Command('wallet').description('money of the agent: balances, limits, receipts, keys')
  wallet
    .command('show', { isDefault: true })
    .description('address, chain, balances, and what may be spent today')
    .action(
      toAction((invocation) =>
        withMoney(invocation, async (api) => print(invocation, await api.wallet.show(), renderWallet)),
      ),
    )
  wallet
    .command('address')
    .description('the address alone')
    .action(
      toAction((invocation) =>
        withMoney(invocation, async (api) => {
          const { address, detail } = await api.wallet.show()
          if (address === undefined) throw new WalletClosedError(detail)
          print(invocation, { address }, (found) => found.address)
        }),
      ),
    )
  wallet
    .command('faucet')
    .description('ask for test money; only chains for tests give any')
    .action(
      toAction((invocation) =>
        withMoney(invocation, async (api) =>
          print(invocation, await api.wallet.faucet(), ({ transactions }) =>
            ['Got test money', ...transactions].join('\n'),
          ),
        ),
      ),
    )
  wallet
    .command('receipts')
    .description('what was paid and earned, the newest first')
    .option('--from <moment>', 'from then on: 2026-11-01, in UTC, or with a time', moment)
    .option('--until <moment>', 'before then', moment)
    .addOption(
      new Option('-n, --limit <count>', 'how many at most').argParser(integerFrom(1)).default(50).conflicts('csv'),
    )
    .option('--csv', 'every one of that time as CSV, amounts in base units')
    .action(
      toAction((invocation, { from, until, limit, csv }: ReceiptsOptions) =>
        withMoney(invocation, async (api) => {
          if (csv) invocation.io.stdout.write(await api.wallet.receiptsCsv({ from, until }))
          else
            print(
              invocation,
              await api.wallet.receipts({ from, until, limit }),
              ({ receipts }, style) => renderReceipts(receipts, style) || 'No receipts',
            )
        }),
      ),
    )
  addKeyCommands(wallet, toAction)
  return wallet.addHelpText(
    'after',
    `
create, import, reveal and passphrase work on the keystore of the home folder; no key ever goes to a node or over HTTP.
${examples(
  ['salp wallet create', 'a new wallet'],
  ['salp wallet', 'what is in it, and what may be spent today'],
  ['salp wallet import < phrase.txt', 'one from elsewhere'],
  ['salp wallet receipts --from 2026-11-01 --csv', 'a month, for a spreadsheet'],
)}`,
  )
}
