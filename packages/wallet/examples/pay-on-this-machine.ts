/** A payment from signature to receipt, on a chain of this machine. Run: `node pay-on-this-machine.ts` */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { abi } from '@salp/contracts'
import { migrate } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { createKeyring, createWallet, formatAmount, parseAddress, parseAmount, walletMigrations } from '@salp/wallet'
import { startDevChain } from '@salp/wallet/node'
import { Interface } from 'ethers'

const folder = mkdtempSync(join(tmpdir(), 'salp-wallet-'))
const node = await startDevChain({ fetch, clock: systemClock }, { folder })
const db = openDatabase(join(folder, 'wallet.db'))
migrate(db, 'wallet', walletMigrations)

const account = createKeyring({ type: 'key', privateKey: `0x${'5a'.repeat(32)}` }).account()
const payee = parseAddress('0x00000000000000000000000000000000000a11ce')
await node.faucet(account.address)

const [asset] = node.chain.assets
if (asset === undefined) throw new RangeError('The chain has no token')
const money = (text: string): bigint => parseAmount(text, asset)
const policy = {
  asset,
  ceiling: money('1'),
  askAbove: money('0.5'),
  perDay: money('5'),
  perPayeeDay: money('2'),
  perTask: money('2'),
  payees: 'any' as const,
}
const wallet = createWallet(
  { account, fetch, clock: systemClock, db },
  { chain: node.chain, policies: [policy], maxFeePerGas: 10n ** 11n },
)

// Within the policy or not at all: this is where a payer's part ends.
const pay = (id: string, amount: string) =>
  wallet.pay({
    id,
    payee,
    task: 'example',
    money: { amount: money(amount), asset },
    method: { type: 'eip3009' },
    validSeconds: 60,
  })
const signed = pay('first', '0.25')
console.log('a quarter:', signed.status, '| more than half:', pay('second', '0.75').status)
console.log('more than one:', pay('third', '1.5').status)
if (signed.status !== 'signed') throw new RangeError('The first payment is within the policy')

// Whoever holds the signature may carry it out. Here the payer does, and pays for the gas.
const { from, to, value, validAfter, validBefore, nonce } = signed.authorization
const name = 'transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)'
const terms = [from, to, value, validAfter, validBefore, nonce, signed.signature]
const data = new Interface(abi.developmentDollar).encodeFunctionData(name, terms) as `0x${string}`
const transfer = { id: 'first', to: asset.address, data, gas: 200_000n }
const [sent, again] = await Promise.all([wallet.sender.send(transfer), wallet.sender.send(transfer)])
if (sent.status === 'mined') wallet.spending.settle('first')
console.log('sent:', sent.status, '| sent again:', again.status)
const received = await wallet.tokens.balanceOf(asset.address, payee)
console.log('the payee has', formatAmount(received ?? 0n, asset), asset.symbol)

await wallet.close()
db.close()
await node.close()
rmSync(folder, { recursive: true })
