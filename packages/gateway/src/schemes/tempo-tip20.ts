/** The scheme `tempo-tip20`: tokens without EIP-3009, moved within an allowance by a contract or by the facilitator itself. */

import {
  type Address,
  type Asset,
  type ChainClient,
  createTokenReader,
  hashTypedData,
  paymentAuthorization,
  type TransferAuthorization,
} from '@salp/wallet'
import { addressTopic, selector, tail, topic, word } from './abi.js'
import { readAuthorization } from './authorization.js'
import { dynamicArray, isTransfer } from './exact-eip3009.js'
import type { Group, ReadPayment, Scheme } from './scheme.js'
import { isTip20 } from './tip20.js'

/** Who moves the money, and so who must be allowed to. */
export type Spender =
  /** A settlement contract, which sees to it that each signature moves money once. */
  | { readonly mode: 'contract'; readonly address: Address }
  /**
   * The facilitator's own account. Only its database keeps a signature from being used again: who holds its key, or
   * restores an old database, can take up to the allowance. For small, exact allowances.
   */
  | { readonly mode: 'eoa'; readonly address: Address }

const members = 'address,address,uint256,address,uint256,uint256,bytes32'
const settle = selector(`settle((${members}),bytes)`)
const settleMany = selector(`settleMany((${members})[],bytes[],uint256)`)
const transferFromWithMemo = selector('transferFromWithMemo(address,address,uint256,bytes32)')
const transferredWithMemo = topic('TransferWithMemo(address,address,uint256,bytes32)')

/** Gas on Tempo, where a slot that is written first costs 250,000, and so does the first payment to a payee; `item` as for EIP-3009. */
const gas = { contract: 750_000n, eoa: 400_000n, wallet: 300_000n, frame: 100_000n, item: 40_000n }
/** As many as stay below 2^24 gas, which many chains let one transaction have (EIP-7825). */
const maxItems = 20

const reasons = {
  payload: 'unsupported_payload_type',
  signature: 'invalid_tempo_tip20_signature',
  used: 'invalid_tempo_tip20_nonce_already_used',
  validAfter: 'invalid_tempo_tip20_valid_after',
  validBefore: 'invalid_tempo_tip20_valid_before',
  failed: 'invalid_transaction_state',
  mismatch: 'invalid_transaction_state',
} as const

/** Creates the scheme. @param options - `spender`: who may move money on a chain; chains without one are not served. */
export function tempoTip20({ spender }: { readonly spender: (chainId: number) => Spender | undefined }): Scheme {
  const groups = new Map<Address, Group>()
  const groupOf = (contract: Address): Group => {
    const group = groups.get(contract) ?? grouping(contract)
    groups.set(contract, group)
    return group
  }
  return {
    name: 'tempo-tip20',
    reasons,
    serves: ({ chainId, address }) => isTip20(address) && spender(chainId) !== undefined,
    extra({ chainId }) {
      const by = spender(chainId)
      if (by === undefined) throw new RangeError(`Cannot offer tempo-tip20 on chain ${chainId}: it names no spender`)
      return { name: 'x402-tempo', version: '1', spender: by.address, mode: by.mode }
    },
    read(payload, { asset, amount, payTo, atLeast }) {
      const refused = (reason: string) => ({ status: 'refused', reason }) as const
      const by = spender(asset.chainId)
      if (by === undefined) return refused('invalid_network')
      const signed = readAuthorization(payload)
      if (signed?.authorization.token === undefined) return refused(reasons.payload)
      const { authorization, signature } = signed
      if (authorization.token !== asset.address) return refused('invalid_tempo_tip20_token')
      if (authorization.to !== payTo) return refused('invalid_tempo_tip20_recipient')
      if (atLeast ? authorization.value < amount : authorization.value !== amount) {
        return refused('invalid_tempo_tip20_value')
      }
      const group = by.mode === 'contract' ? groupOf(by.address) : undefined
      return { status: 'read', payment: paymentOf(asset, authorization, signature, by, group) }
    },
  }
}

function paymentOf(
  asset: Asset,
  authorization: TransferAuthorization,
  signature: string,
  spender: Spender,
  group: Group | undefined,
): ReadPayment {
  const { from, to, value, validAfter, validBefore, nonce } = authorization
  const settlement = spender.mode === 'contract' ? spender.address : undefined
  const head = [from, to, value, asset.address, validAfter, validBefore, nonce].map(word).join('')
  return {
    payer: from,
    nonce,
    value,
    validAfter,
    validBefore,
    hash: () => hashTypedData(paymentAuthorization(asset, authorization, { settlement })),
    signature,
    call: (proof) =>
      settlement === undefined
        ? {
            to: asset.address,
            data: `${transferFromWithMemo}${[from, to, value, nonce].map(word).join('')}`,
            gas: gas.eoa,
          }
        : {
            to: settlement,
            data: `${settle}${head}${word(BigInt(8 * 32))}${tail(proof.signature)}`,
            gas: gas.contract + (proof.by === 'contract' ? gas.wallet : 0n),
          },
    group: group && { by: group, item: (proof) => `${head}${tail(proof.signature)}` },
    moved: (logs) =>
      logs.some(
        (log) =>
          log.address === asset.address &&
          log.topics[0] === transferredWithMemo &&
          log.topics[1] === addressTopic(from) &&
          log.topics[2] === addressTopic(to) &&
          log.topics[3] === nonce &&
          log.data === `0x${word(value)}`,
      ) && logs.some((log) => log.address === asset.address && isTransfer(log, authorization)),
    traces: { address: asset.address, topics: [transferredWithMemo, addressTopic(from), addressTopic(to), nonce] },
    diagnose: (chain, options) => diagnose(chain, asset.address, authorization, spender, options),
  }
}

/** Words of the fixed part of an item. */
const headDigits = 7 * 64

function grouping(contract: Address): Group {
  return {
    name: `tip-settlement:${contract}`,
    maxItems,
    call(items) {
      const heads = items.map((item) => item.slice(0, headDigits)).join('')
      const authorizations = word(BigInt(items.length)) + heads
      const signatures = dynamicArray(items.map((item) => item.slice(headDigits)))
      return {
        to: contract,
        data: `${settleMany}${word(96n)}${word(BigInt(96 + authorizations.length / 2))}${word(gas.contract)}${authorizations}${signatures}`,
        gas: gas.frame + BigInt(items.length) * (gas.contract + gas.item),
      }
    },
  }
}

async function diagnose(
  chain: ChainClient,
  address: Address,
  { from, value, nonce }: TransferAuthorization,
  spender: Spender,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<string> {
  const token = createTokenReader({ chain })
  if ((await chain.code(address, options)) === '0x') return 'asset_not_deployed_contract'
  // The settlement contract tells of nonces as a token of EIP-3009 does.
  const spent = spender.mode === 'contract' && (await token.authorizationState(spender.address, from, nonce, options))
  if (spent === true) return reasons.used
  if (((await token.balanceOf(address, from, options)) ?? value) < value) return 'insufficient_funds'
  const allowance = await token.allowance(address, from, spender.address, options)
  if ((allowance ?? value) < value) return 'tempo_tip20_allowance_required'
  return reasons.failed
}
