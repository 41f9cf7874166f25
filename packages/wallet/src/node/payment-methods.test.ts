import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { artifacts } from '@salp/contracts'
import { migrate } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { Interface, type InterfaceAbi, Signature } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { permit } from '../authorization.js'
import { type Address, type Hex, parseAddress } from '../hex.js'
import { createKeyring } from '../keyring.js'
import { walletMigrations } from '../migrations.js'
import type { Asset } from '../money.js'
import type { PaymentRequest } from '../payment.js'
import { createWallet, type Wallet } from '../wallet.js'
import { type DevChain, startDevChain } from './dev-chain.js'

const payee = parseAddress('0x00000000000000000000000000000000000a11ce')
const account = createKeyring({ type: 'key', privateKey: `0x${'5a'.repeat(32)}` }).account()

let folder: string
let node: DevChain
let wallet: Wallet
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'salp-methods-'))
  node = await startDevChain({ fetch, clock: systemClock }, { folder })
  await node.faucet(account.address)
  const db = openDatabase(':memory:')
  migrate(db, 'wallet', walletMigrations)
  const limit = 10n ** 9n
  const limits = { ceiling: limit, askAbove: limit, perDay: limit, perPayeeDay: limit, perTask: limit }
  const policies = node.chain.assets.map((asset) => ({ asset, ...limits, payees: 'any' as const }))
  const options = { chain: node.chain, policies, maxFeePerGas: 10n ** 11n }
  wallet = createWallet({ account, fetch, clock: systemClock, db }, options)
}, 60_000)
afterAll(async () => {
  await wallet.close()
  await node.close()
  rmSync(folder, { recursive: true })
})

let sent = 0
async function act(
  to: Address | undefined,
  abi: InterfaceAbi,
  name: string,
  ...args: readonly unknown[]
): Promise<string> {
  if (to === undefined) throw new RangeError('The chain lacks a contract')
  const data = Interface.from(abi).encodeFunctionData(name, args) as Hex
  return (await wallet.sender.send({ id: `act-${sent++}`, to, data, gas: 1_000_000n })).status
}

/** Signs a payment of one unit, has it carried out, and tells what the payee got. */
async function settled(
  asset: Asset | undefined,
  method: PaymentRequest['method'],
  settle: (terms: Extract<ReturnType<Wallet['pay']>, { status: 'signed' }>) => Promise<string>,
): Promise<[string, bigint]> {
  if (asset === undefined) throw new RangeError('The chain lacks a token')
  const money = { amount: 1_000_000n, asset }
  const signed = wallet.pay({ id: `pay-${sent++}`, payee, task: '', money, method, validSeconds: 300 })
  if (signed.status !== 'signed') throw new RangeError(signed.status)
  const before = (await wallet.tokens.balanceOf(asset.address, payee)) ?? 0n
  const status = await settle(signed)
  return [status, ((await wallet.tokens.balanceOf(asset.address, payee)) ?? 0n) - before]
}

test('a payment by EIP-3009 is what the token takes, once', async () => {
  const [dollar] = node.chain.assets
  const { abi } = artifacts.developmentDollar
  const name = 'transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)'
  const outcome = await settled(dollar, { type: 'eip3009' }, async ({ authorization, signature }) => {
    const { from, to, value, validAfter, validBefore, nonce } = authorization
    const terms = [from, to, value, validAfter, validBefore, nonce, signature]
    const first = await act(dollar?.address, abi, name, ...terms)
    expect(await wallet.tokens.authorizationState(dollar?.address ?? from, from, nonce)).toBe(true)
    expect(await act(dollar?.address, abi, name, ...terms)).toBe('reverted')
    return first
  })
  expect(outcome).toEqual(['mined', 1_000_000n])
})

test('a payment by tempo-tip20 is what the settlement contract takes, once', async () => {
  const [, pathUsd] = node.chain.assets
  const { tipSettlement: settlement } = node.chain.contracts
  await act(pathUsd?.address, artifacts.pathUsd.abi, 'approve', settlement, 1_000_000n)
  const outcome = await settled(pathUsd, { type: 'tempo-tip20', settlement }, async ({ authorization, signature }) => {
    const terms = { ...authorization, token: pathUsd?.address }
    const first = await act(settlement, artifacts.tipSettlement.abi, 'settle', terms, signature)
    expect(await act(settlement, artifacts.tipSettlement.abi, 'settle', terms, signature)).toBe('reverted')
    return first
  })
  expect(outcome).toEqual(['mined', 1_000_000n])
})

test('a payment by Permit2 is what the spender collects, after an allowance by permit', async () => {
  const [, pathUsd] = node.chain.assets
  const { permit2, exactPermit2Proxy: spender } = node.chain.contracts
  if (pathUsd === undefined || permit2 === undefined || spender === undefined)
    throw new RangeError('The chain lacks it')
  const { address: owner } = account
  const nonce = (await wallet.tokens.nonces(pathUsd.address, owner)) ?? 0n
  const deadline = 2n ** 40n
  const allowance = account.signTypedData(
    permit(pathUsd, { owner, spender: permit2, value: 1_000_000n, nonce, deadline }),
  )
  const { v, r, s } = Signature.from(allowance)
  expect(
    await act(pathUsd.address, artifacts.pathUsd.abi, 'permit', owner, permit2, 1_000_000n, deadline, v, r, s),
  ).toBe('mined')
  expect(await wallet.tokens.allowance(pathUsd.address, owner, permit2)).toBe(1_000_000n)
  const outcome = await settled(pathUsd, { type: 'permit2', permit2, spender }, ({ authorization, signature }) => {
    const { from, to, value, validAfter, validBefore, nonce: number } = authorization
    const permitted = { token: pathUsd.address, amount: value }
    const terms = { permitted, nonce: BigInt(number), deadline: validBefore }
    return act(spender, artifacts.exactPermit2Proxy.abi, 'settle', terms, from, { to, validAfter }, signature)
  })
  expect(outcome).toEqual(['mined', 1_000_000n])
})
