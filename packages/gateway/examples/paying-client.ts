/** Buys what an address sells, for ten cents at most. Run: `SALP_KEY=0x… node paying-client.ts baseSepolia https://…` */

import { argv, env } from 'node:process'
import { openPayer } from '@salp/gateway/node'

const [chain = '', url = '', database = 'spent.db'] = argv.slice(2)
const payer = openPayer({ chain, account: env.SALP_KEY ?? '', database, perPayment: '0.10', perDay: '1' })
const response = await payer.fetch(url)
console.log(response.status, await response.text(), 'for', payer.receipts().at(-1)?.amount, 'base units')
payer.close()
