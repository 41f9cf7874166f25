/** Starts a development chain and holds it until this process is ended; prints where it is, and its last block, which is not saved. */

import { argv, stdout } from 'node:process'
import { systemClock } from '@salp/core/node'
import { parseAddress } from '../../hex.js'
import { startDevChain } from '../../node/dev-chain.js'

const [folder = ''] = argv.slice(2)
const { pid, chain, client, faucet } = await startDevChain({ fetch, clock: systemClock }, { folder, saveMs: 3_600_000 })
await faucet(parseAddress('0x00000000000000000000000000000000000a11ce'))
stdout.write(JSON.stringify({ pid, url: chain.rpcUrl, number: (await client.latestBlock()).number }))
