/** Reserves many payments from one budget, as one of several processes; prints how many were granted. */

import { argv, stdout } from 'node:process'
import { openDatabase } from '@salp/core/node'
import { chains } from '../../chains.js'
import { parseAddress } from '../../hex.js'
import { createSpending } from '../../spending.js'

const [path = '', name = '', times = ''] = argv.slice(2)
const [asset] = chains.base.assets
if (asset === undefined) throw new RangeError('Base has no asset')

const db = openDatabase(path, { busyTimeoutMs: 60_000 })
const big = 10n ** 9n
const policy = {
  asset,
  ceiling: big,
  askAbove: big,
  perDay: 37n,
  perPayeeDay: big,
  perTask: big,
  payees: 'any' as const,
}
const spending = createSpending({ db, clock: { now: () => 1_000 }, policies: [policy] })
const payee = parseAddress('0x70997970c51812dc3a010c7d01b50e0d17dc79c8')

let granted = 0
for (let n = 0; n < Number(times); n++) {
  const request = { id: `${name}-${n}`, asset, payee, amount: 1n, task: name, expiresAt: 2_000 }
  if (spending.reserve(request).status === 'reserved') granted++
}
db.close()
stdout.write(String(granted))
