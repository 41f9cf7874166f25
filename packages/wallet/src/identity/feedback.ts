/** What clients say of agents, with proof that they paid (ERC-8004). */

import { abi } from '@salp/contracts'
import { keccak256, toUtf8Bytes, ZeroHash } from 'ethers'
import { z } from 'zod'
import type { ChainClient, FoundLog, TransactionReceipt } from '../chain-client.js'
import { type Address, type Hex, parseAddress } from '../hex.js'
import { type Contract, contractAt } from '../internal/contract.js'
import { type Fetched, fetchJson, readDataUri, toDataUri } from '../internal/fetch-json.js'
import type { Asset } from '../money.js'
import { type ActDeps, type ActOutcome, perform } from './acts.js'
import { type AgentReference, registryName } from './registration.js'
import { scanLogs } from './scan-logs.js'

/** Feedback to give. */
export interface Feedback {
  readonly agent: AgentReference
  /** Scaled by 10^decimals. Magnitude at most 10^38. */
  readonly value: bigint
  /** Integer, range [0, 18]. */
  readonly decimals: number
  /** What it is about: `starred`, `uptime`, `successRate`, `responseTime`, … May be empty. */
  readonly tag1: string
  readonly tag2: string
  /** Which service it is about. May be empty. */
  readonly endpoint: string
  /** The payment from the account of the sender to the wallet of the agent. Without it, nobody should count the feedback. */
  readonly payment?: { readonly to: Address; readonly transaction: Hex } | undefined
}

/** What acts and questions about feedback are about. */
export interface ReputationOptions {
  /** The reputation registry. */
  readonly reputation: Address
}

/**
 * Says something of an agent, with its file inside the event.
 *
 * @param options - `id` names the act: the same is sent once.
 */
export function giveFeedback(
  deps: ActDeps,
  { reputation }: ReputationOptions,
  { agent, value, decimals, tag1, tag2, endpoint, payment }: Feedback,
  { id, signal }: { readonly id: string; readonly signal?: AbortSignal | undefined },
): Promise<ActOutcome> {
  const client = deps.sender.address
  const build = (): Hex => {
    const proof = payment && {
      fromAddress: client,
      toAddress: payment.to,
      chainId: String(agent.chainId),
      txHash: payment.transaction,
    }
    const file = JSON.stringify({
      agentRegistry: registryName(agent),
      agentId: Number(agent.agentId),
      clientAddress: `eip155:${agent.chainId}:${client}`,
      value: String(value),
      valueDecimals: decimals,
      tag1,
      tag2,
      endpoint,
      ...(proof && { proofOfPayment: proof }),
    })
    const said = [agent.agentId, value, decimals, tag1, tag2, endpoint, toDataUri(file), keccak256(toUtf8Bytes(file))]
    return contractAt(deps.chain, reputation, abi.reputationRegistry).encode('giveFeedback', said)
  }
  return perform(deps, { id, to: reputation, signal, build })
}

/** Feedback as its event tells. */
export interface GivenFeedback {
  readonly client: Address
  /** Number of it among that client's on that agent, from 1. */
  readonly index: bigint
  /** Scaled by 10^decimals. */
  readonly value: bigint
  readonly decimals: number
  readonly tag1: string
  readonly tag2: string
  readonly endpoint: string
  readonly block: number
}

/** Why feedback does not count. */
export type FeedbackDoubt =
  /** Taken back by its client. */
  | 'revoked'
  /** From an address that is ours, or the agent's. */
  | 'own'
  /** Its file cannot be read, or is not the one that was announced. */
  | 'file'
  /** Its file tells of no payment, or of one between others, or on another chain. */
  | 'no-payment'
  /** The chain knows no such payment in the given assets, made before the feedback. */
  | 'not-paid'
  /** Other feedback rests on the same payment. */
  | 'payment-used'

/** What is said of an agent by those who paid it. */
export interface Reputation {
  readonly counted: readonly GivenFeedback[]
  readonly doubted: readonly { readonly feedback: GivenFeedback; readonly doubt: FeedbackDoubt }[]
}

/** What reading asks of the application. */
export interface ReadReputationDeps {
  readonly chain: Pick<ChainClient, 'chainId' | 'call' | 'logs' | 'latestBlock' | 'receipt'>
  /** Fetches from strangers: one that connects to no private address. Without it, only files inside events are read. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/** What counts. */
export interface ReadReputationOptions extends ReputationOptions {
  /** Tokens in which a payment counts: anybody can make a token, and pay in it. */
  readonly assets: readonly Pick<Asset, 'address'>[]
  /** Addresses of ours, whose word on anything does not count. */
  readonly own: readonly Address[]
  /** The block of the registries' creation, or any before. @defaultValue `0` */
  readonly fromBlock?: number | undefined
  /** Most feedback that is looked at, the latest first. @defaultValue `1000` */
  readonly limit?: number | undefined
  readonly signal?: AbortSignal | undefined
}

const transferTopic = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'
const walletKey = 'agentWallet'
const maxFileBytes = 16_384

const address = z
  .string()
  .regex(/^(?:eip155:\d+:)?0x[0-9a-fA-F]{40}$/)
  .transform((text) => parseAddress(text.slice(-42).toLowerCase()))
const fileSchema = z.object({
  proofOfPayment: z.object({
    fromAddress: address,
    toAddress: address,
    chainId: z.union([z.string(), z.number()]).transform(Number),
    txHash: z
      .string()
      .regex(/^0x[0-9a-fA-F]{64}$/)
      .transform((text) => text.toLowerCase() as Hex),
  }),
})

/**
 * Reads what was said of an agent, and counts what rests on a payment that the chain knows: from that client, to a wallet
 * that the agent had, in a token that is named here, before the feedback, and each payment once.
 *
 * That a client paid does not make it honest, nor another person than the agent's owner: paying oneself costs gas alone.
 * Weigh by who the clients are.
 *
 * @throws What the chain throws, and the signal's reason.
 */
export async function readReputation(
  { chain, fetch }: ReadReputationDeps,
  { registry, agentId }: AgentReference,
  { reputation, assets, own, fromBlock = 0, limit = 1_000, signal }: ReadReputationOptions,
): Promise<Reputation> {
  const identities = contractAt(chain, registry, abi.identityRegistry)
  const opinions = contractAt(chain, reputation, abi.reputationRegistry)
  const topic = `0x${agentId.toString(16).padStart(64, '0')}` as const
  const range = { fromBlock, toBlock: (await chain.latestBlock({ signal })).number }
  const gather = async (contract: Contract, names: readonly string[]): Promise<FoundLog[]> => {
    const filter = { address: contract.address, topics: [names.map((name) => contract.topic(name)), topic], ...range }
    const found: FoundLog[] = []
    for await (const { logs } of scanLogs(chain, filter, { signal })) found.push(...logs)
    return found
  }
  const said = await gather(opinions, ['NewFeedback', 'FeedbackRevoked'])
  const wallets = walletsIn(await gather(identities, ['MetadataSet']), identities)
  const owner = String((await identities.read('ownerOf', [agentId], { signal }))?.[0] ?? '')
  const revoked = new Set<string>()
  const given: { feedback: GivenFeedback; uri: string; hash: string }[] = []
  for (const log of said) {
    const event = opinions.parse(log)
    if (event?.name === 'FeedbackRevoked') revoked.add(`${event.args.clientAddress} ${event.args.feedbackIndex}`)
    else if (event !== undefined) given.push(readEvent(event.args, log.blockNumber))
  }
  const read = async (uri: string): Promise<Fetched | undefined> =>
    readDataUri(uri, maxFileBytes) ??
    (fetch !== undefined && uri.startsWith('https://')
      ? fetchJson(fetch, uri, { maxBytes: maxFileBytes, timeoutMs: 5_000, signal })
      : undefined)

  const receipts = new Map<Hex, TransactionReceipt | undefined>()
  const used = new Set<string>()
  const doubtOf = async ({ feedback, uri, hash }: (typeof given)[number]): Promise<FeedbackDoubt | undefined> => {
    const { client, index, block } = feedback
    if (revoked.has(`${client} ${index}`)) return 'revoked'
    if (own.includes(client) || client === owner || wallets.has(client)) return 'own'
    const file = await read(uri)
    if (file?.status !== 'ok' || (hash !== ZeroHash && keccak256(toUtf8Bytes(file.text)) !== hash)) return 'file'
    const proof = fileSchema.safeParse(file.value).data?.proofOfPayment
    if (proof === undefined || proof.chainId !== chain.chainId || proof.fromAddress !== client) return 'no-payment'
    if (!wallets.has(proof.toAddress)) return 'no-payment'
    const receipt = receipts.get(proof.txHash) ?? (await chain.receipt(proof.txHash, { signal }))
    receipts.set(proof.txHash, receipt)
    if (receipt?.status !== 'success' || receipt.blockNumber > block) return 'not-paid'
    const payments = paymentsIn(receipt, { client, wallet: proof.toAddress, assets })
    if (payments.length === 0) return 'not-paid'
    const unused = payments.find((payment) => !used.has(payment))
    if (unused === undefined) return 'payment-used'
    used.add(unused)
    return undefined
  }
  const counted: GivenFeedback[] = []
  const doubted: { feedback: GivenFeedback; doubt: FeedbackDoubt }[] = []
  for (const each of given.slice(-limit)) {
    signal?.throwIfAborted()
    const doubt = await doubtOf(each)
    if (doubt === undefined) counted.push(each.feedback)
    else doubted.push({ feedback: each.feedback, doubt })
  }
  return { counted, doubted }
}

function readEvent(
  args: Record<string, unknown>,
  block: number,
): { feedback: GivenFeedback; uri: string; hash: string } {
  const feedback: GivenFeedback = {
    client: parseAddress(String(args.clientAddress)),
    index: BigInt(String(args.feedbackIndex)),
    value: BigInt(String(args.value)),
    decimals: Number(args.valueDecimals),
    tag1: String(args.tag1),
    tag2: String(args.tag2),
    endpoint: String(args.endpoint),
    block,
  }
  return { feedback, uri: String(args.feedbackURI), hash: String(args.feedbackHash) }
}

/** Every wallet that the agent ever had; each agreed to it by a signature. */
function walletsIn(logs: readonly FoundLog[], registry: Contract): Set<string> {
  return new Set(
    logs.flatMap((log) => {
      const args = registry.parse(log)?.args
      const value = String(args?.metadataValue ?? '')
      return args?.metadataKey === walletKey && value.length === 42 ? [parseAddress(value.toLowerCase())] : []
    }),
  )
}

/** Names of the payments in a transaction, from a client to a wallet. */
function paymentsIn(
  { transactionHash, logs }: TransactionReceipt,
  { client, wallet, assets }: { client: Address; wallet: Address; assets: ReadReputationOptions['assets'] },
): string[] {
  const word = (account: Address): string => `0x${account.slice(2).toLowerCase().padStart(64, '0')}`
  return logs.flatMap(({ address: token, topics: [topic, from, to], data, logIndex }) => {
    const isPayment =
      topic === transferTopic &&
      from === word(client) &&
      to === word(wallet) &&
      /^0x0*[1-9a-f]/i.test(data) &&
      assets.some((asset) => asset.address === token)
    return isPayment ? [`${transactionHash} ${logIndex}`] : []
  })
}
