/** The scheme `exact` on EVM by EIP-3009: the token itself takes the payer's signature. */

import {
  type Address,
  type Asset,
  type ChainClient,
  createTokenReader,
  type Hex,
  hashTypedData,
  type Log,
  type TransferAuthorization,
  transferWithAuthorization,
} from '@salp/wallet'
import { addressTopic, selector, tail, topic, word } from './abi.js'
import { readAuthorization } from './authorization.js'
import type { Group, Proof, ReadPayment, Scheme } from './scheme.js'
import { isTip20 } from './tip20.js'

const members = 'address,address,uint256,uint256,uint256,bytes32'
const byBytes = selector(`transferWithAuthorization(${members},bytes)`)
const byVrs = selector(`transferWithAuthorization(${members},uint8,bytes32,bytes32)`)
const used = topic('AuthorizationUsed(address,bytes32)')
/** The topic of every ERC-20 transfer. */
const transferred: Hex = topic('Transfer(address,address,uint256)')

/** Gas of one transfer by signature, with room for a first payment to its payee; a contract wallet runs code of its own. */
const gas = { key: 200_000n, contract: 500_000n }

/**
 * Most gas around grouped transfers, and around each of them: the contract makes sure of the gas of all before the first.
 * Each takes 15,000 that the contract keeps back, a 63rd of its own, and 16 for each of its 448 bytes at most.
 */
const frameGas = 100_000n
const itemGas = 30_000n
/** As many as stay below 2^24 gas, which many chains let one transaction have (EIP-7825). */
const maxItems = 60

const reasons = {
  payload: 'unsupported_payload_type',
  signature: 'invalid_exact_evm_signature',
  used: 'invalid_exact_evm_nonce_already_used',
  validAfter: 'invalid_exact_evm_payload_authorization_valid_after',
  validBefore: 'invalid_exact_evm_payload_authorization_valid_before',
  failed: 'invalid_exact_evm_transaction_failed',
  mismatch: 'invalid_exact_evm_transfer_event_mismatch',
} as const

/**
 * Creates the scheme.
 *
 * @param options - `batchOn`: the contract of a chain that moves several transfers in one transaction, if it has one.
 */
export function exactEip3009({
  batchOn = () => undefined,
}: {
  readonly batchOn?: ((chainId: number) => Address | undefined) | undefined
} = {}): Scheme {
  const groups = new Map<number, Group | undefined>()
  const groupOf = (chainId: number): Group | undefined => {
    if (!groups.has(chainId)) {
      const contract = batchOn(chainId)
      groups.set(chainId, contract && batch(contract))
    }
    return groups.get(chainId)
  }
  return {
    name: 'exact',
    reasons,
    serves: ({ address }) => !isTip20(address),
    extra: ({ domain: { name, version } }) => ({ name, version }),
    read(payload, { asset, amount, payTo, atLeast, extra }) {
      const refused = (reason: string) => ({ status: 'refused', reason }) as const
      if (typeof extra.name !== 'string' || typeof extra.version !== 'string') {
        return refused('invalid_exact_evm_missing_eip712_domain')
      }
      const signed = readAuthorization(payload)
      if (signed === undefined) return refused(reasons.payload)
      const { authorization, signature } = signed
      if (authorization.to !== payTo) return refused('invalid_exact_evm_recipient_mismatch')
      if (atLeast ? authorization.value < amount : authorization.value !== amount) {
        return refused('invalid_exact_evm_payload_authorization_value_mismatch')
      }
      return { status: 'read', payment: paymentOf(asset, authorization, signature, groupOf(asset.chainId)) }
    },
  }
}

function paymentOf(
  asset: Asset,
  authorization: TransferAuthorization,
  signature: string,
  group: Group | undefined,
): ReadPayment {
  const { from, to, value, validAfter, validBefore, nonce } = authorization
  const head = [word(from), word(to), word(value), word(validAfter), word(validBefore), word(nonce)].join('')
  return {
    payer: from,
    nonce,
    value,
    validAfter,
    validBefore,
    hash: () => hashTypedData(transferWithAuthorization(asset, authorization)),
    signature,
    call: (proof) => ({ to: asset.address, ...transferCall(head, proof), gas: gas[proof.by] }),
    group: group && {
      by: group,
      item: (proof) => word(asset.address) + head + word(BigInt(8 * 32)) + tail(proof.signature),
    },
    moved: (logs) => movedBy(logs, asset.address, authorization),
    traces: { address: asset.address, topics: [used, addressTopic(from), nonce] },
    diagnose: (chain, options) => diagnose(chain, asset, authorization, options),
  }
}

function transferCall(head: string, { by, signature }: Proof): { data: Hex } {
  if (by === 'contract') return { data: `${byBytes}${head}${word(BigInt(7 * 32))}${tail(signature)}` }
  const [r, s, v] = [signature.slice(2, 66), signature.slice(66, 130), signature.slice(130)]
  return { data: `${byVrs}${head}${word(`0x${v}`)}${r}${s}` }
}

const transferMany = selector(`transferMany((address,${members},bytes)[],uint256)`)

/** The grouping contract: an array of items, each with bytes of its own length at the end. */
function batch(contract: Address): Group {
  return {
    name: `transfer-batch:${contract}`,
    maxItems,
    call: (items) => ({
      to: contract,
      data: `${transferMany}${word(64n)}${word(gas.key)}${dynamicArray(items)}`,
      gas: frameGas + BigInt(items.length) * (gas.key + itemGas),
    }),
  }
}

/** An array of items of varying length: their number, where each begins, and the items. */
export function dynamicArray(items: readonly string[]): string {
  let at = 32 * items.length
  const offsets = items.map((item) => {
    const offset = word(BigInt(at))
    at += item.length / 2
    return offset
  })
  return word(BigInt(items.length)) + offsets.join('') + items.join('')
}

/**
 * Looks for the mark of this nonce at the token, and the transfer it announces: the next one, before another mark.
 *
 * A receipt may hold several payments, and a token may skip a used nonce without a word: only both logs together are it.
 */
function movedBy(logs: readonly Log[], token: Address, { from, to, value, nonce }: TransferAuthorization): boolean {
  const own = logs.filter(({ address }) => address === token)
  const mark = own.findIndex(
    ({ topics }) => topics[0] === used && topics[1] === addressTopic(from) && topics[2] === nonce,
  )
  if (mark < 0) return false
  const next = own.findIndex(({ topics }, index) => index > mark && topics[0] === used)
  return own.slice(mark + 1, next < 0 ? undefined : next).some((log) => isTransfer(log, { from, to, value }))
}

/** Whether a log is exactly this transfer. */
export function isTransfer(
  { topics, data }: Log,
  { from, to, value }: Pick<TransferAuthorization, 'from' | 'to' | 'value'>,
): boolean {
  return (
    topics[0] === transferred &&
    topics[1] === addressTopic(from) &&
    topics[2] === addressTopic(to) &&
    data === `0x${word(value)}`
  )
}

async function diagnose(
  chain: ChainClient,
  { address, domain }: Asset,
  { from, value, nonce }: TransferAuthorization,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<string> {
  const token = createTokenReader({ chain })
  if ((await chain.code(address, options)) === '0x') return 'asset_not_deployed_contract'
  const spent = await token.authorizationState(address, from, nonce, options)
  if (spent === undefined) return 'invalid_exact_evm_eip3009_not_supported'
  if (spent) return reasons.used
  if (((await token.balanceOf(address, from, options)) ?? value) < value)
    return 'invalid_exact_evm_insufficient_balance'
  const [name, version] = [await token.name(address, options), await token.version(address, options)]
  if (name !== undefined && name !== domain.name) return 'invalid_exact_evm_token_name_mismatch'
  if (version !== undefined && version !== domain.version) return 'invalid_exact_evm_token_version_mismatch'
  return 'invalid_exact_evm_transaction_simulation_failed'
}
