/** Sells the weather for a cent. Run: `node paid-api.ts baseSepolia 0xYourAddress https://x402.org/facilitator` */

import { createServer } from 'node:http'
import { argv } from 'node:process'
import { expressPaywall, openGateway } from '@salp/gateway/node'

const [chain = '', payTo = '', facilitator = '', database = 'weather.db'] = argv.slice(2)
const gateway = await openGateway({ chain, payTo, database, settle: { facilitator } })
const paywall = expressPaywall(gateway.route({ route: 'weather', price: '$0.01' }))

const server = createServer((request, response) => {
  paywall(request, response, (error) => response.writeHead(error ? 500 : 200).end(error ? '' : 'fair'))
})
server.listen(0, '127.0.0.1', () => console.log(server.address()))
