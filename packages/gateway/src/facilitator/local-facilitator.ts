/** A facilitator in the process: checks payments against the chain and sends them. */

import type { Clock, IdSource, Logger } from '@salp/core'
import {
  type Asset,
  type ChainClient,
  createTokenReader,
  type Hex,
  parseAddress,
  parseBaseUnits,
  type Recover,
  type Sender,
  type SendOutcome,
  verifyHash,
} from '@salp/wallet'
import { z } from 'zod'
import { createRecent } from '../recent.js'
import { findScheme, type Proof, type ReadPayment, type Scheme, type Terms } from '../schemes/scheme.js'
import { chainIdOf, networkOf, v1NetworkOf } from '../wire/networks.js'
import { paymentPayloadSchema, paymentPayloadV1Schema, requirementsSchema, type Supported } from '../wire/objects.js'
import { type Claim, type Facilitator, FacilitatorError, type Settlement, type Verdict } from './facilitator.js'
import { paymentKey } from './payment-key.js'
import type { SettlementRow, SettlementStore } from './settlements.js'
import { createSubmitter } from './submitter.js'

/** A chain that payments are settled on. */
export interface SettlementChain {
  readonly client: ChainClient
  /** Accounts that send; more than one where one is not quick enough. */
  readonly senders: readonly Sender[]
  /** Tokens that are taken; any other is refused. */
  readonly assets: readonly Asset[]
}

/** What the facilitator asks of the application. */
export interface LocalFacilitatorDeps {
  readonly chains: readonly SettlementChain[]
  readonly schemes: readonly Scheme[]
  readonly settlements: SettlementStore
  readonly clock: Pick<Clock, 'now'>
  readonly ids: IdSource
  readonly log: Logger
  /** Finds who signed. @defaultValue in JavaScript; `loadWasmCurve` of `@salp/wallet/node` is quicker */
  readonly recover?: Recover | undefined
}

/** How it settles. */
export interface LocalFacilitatorOptions {
  /** Whether payments that wait share a transaction. @defaultValue `false` */
  readonly grouped?: boolean | undefined
  /**
   * Whose settlements these are. An authorisation that was settled for one caller is used up for all others.
   *
   * @defaultValue `''`
   */
  readonly caller?: string | undefined
  /**
   * Whether a payment that somebody else sent to the chain before us counts. Not where several sellers with one payee
   * and separate databases might each count it.
   *
   * @defaultValue `true`
   */
  readonly adopt?: boolean | undefined
  /**
   * How long after a payment of theirs settled the chain is not asked beforehand how payers' next ones would go, in ms: for
   * keys, up to the same amount, and not on behalf of other callers. It saves a call of the node. Who fails then has cost a handler's work and the gas of a
   * reverted transaction, got nothing, and is asked about again. 0 asks every time.
   *
   * @defaultValue `0`
   */
  readonly trustMs?: number | undefined
  /** Longest life of a signature beyond `maxTimeoutSeconds`, in s, for clocks that differ. @defaultValue `60` */
  readonly clockSlackSeconds?: number | undefined
}

/** A facilitator with a past to come to terms with. */
export interface LocalFacilitator extends Facilitator {
  /** Finds out what became of all that was being sent when the process ended. */
  recover(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>
  /** The same facilitator for another caller. */
  for(caller: string): Facilitator
}

/** Least time that a signature must still be good for, in s: less, and the block that carries it may come too late. */
const marginSeconds = 6n

/** How long code at an address, and the chain's time, are taken for unchanged, in ms. */
const codeAgeMs = 15_000
const timeAgeMs = 30_000

/** How far back a payment that somebody else sent is looked for, in blocks. */
const lookBackBlocks = 2_000

/** A claim that makes sense, as far as can be told without the chain. */
interface Known {
  readonly chain: SettlementChain
  readonly scheme: Scheme
  readonly payment: ReadPayment
  readonly key: string
  readonly terms: Terms
}

/** What was proven of a payment. */
type Proven =
  | { readonly status: 'proven'; readonly proof: Proof; readonly moved?: Hex | undefined }
  | { readonly status: 'invalid'; readonly reason: string }

/** `trustMs` of a shop that settles for itself. */
export const shopTrustMs = 300_000

/** Creates a facilitator. */
export function createLocalFacilitator(
  { chains, schemes, settlements, clock, ids, log, recover }: LocalFacilitatorDeps,
  {
    grouped = false,
    caller: ownCaller = '',
    adopt = true,
    trustMs = 0,
    clockSlackSeconds = 60,
  }: LocalFacilitatorOptions = {},
): LocalFacilitator {
  const submitters = new Map(
    chains.map(({ client, senders }) => [client.chainId, createSubmitter({ senders, settlements, ids }, { grouped })]),
  )
  const proven = createRecent<Proven & { status: 'proven' }>({ clock, size: 10_000, ageMs: 120_000 })
  /** What a payer paid last, in base units, by chain, token and payer. */
  const paid = createRecent<bigint>({ clock, size: 10_000, ageMs: trustMs })
  const codes = createRecent<Hex>({ clock, size: 10_000, ageMs: codeAgeMs })
  const offsets = new Map<number, { readonly at: number; readonly seconds: bigint }>()
  const settling = new Map<string, Promise<Settlement>>()

  const now = async ({ client }: SettlementChain, signal: AbortSignal | undefined): Promise<bigint> => {
    const ms = clock.now()
    const known = offsets.get(client.chainId)
    const own = BigInt(Math.floor(ms / 1_000))
    if (known !== undefined && ms - known.at < timeAgeMs && ms >= known.at) return own + known.seconds
    const seconds = BigInt(await client.time({ signal })) - own
    offsets.set(client.chainId, { at: ms, seconds })
    return own + seconds
  }

  const knowns = new WeakMap<Claim, ReturnType<typeof read>>()
  /** Reads a claim, once for its verification and its settlement. */
  const know = (claim: Claim): ReturnType<typeof read> => {
    const known = knowns.get(claim) ?? read(claim)
    knowns.set(claim, known)
    return known
  }
  const read = (claim: Claim): Known | { readonly status: 'refused'; readonly reason: string } => {
    const refused = (reason: string) => ({ status: 'refused', reason }) as const
    const { payment, requirements } = claim
    const accepted = payment.x402Version === 2 ? payment.accepted : payment
    if (accepted.scheme !== requirements.scheme) return refused('invalid_scheme')
    if (chainIdOf(accepted.network) !== chainIdOf(requirements.network)) return refused('invalid_network')
    const chain = chains.find(({ client }) => networkOf(client.chainId) === requirements.network)
    if (chain === undefined) return refused('invalid_network')
    const scheme = findScheme(schemes, requirements)
    if (scheme === undefined) return refused('unsupported_scheme')
    const terms = termsOf(claim, chain)
    if (terms === undefined) return refused('invalid_payment_requirements')
    const found = scheme.read(payment.payload, terms)
    if (found.status === 'refused') return found
    return { chain, scheme, payment: found.payment, key: paymentKey(terms.asset, found.payment), terms }
  }

  const checkWindow = async (
    { chain, scheme, payment, terms }: Known,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> => {
    const time = await now(chain, signal)
    if (payment.validBefore < time + marginSeconds) return scheme.reasons.validBefore
    if (payment.validAfter >= time) return scheme.reasons.validAfter
    const longest = BigInt(terms.maxTimeoutSeconds + clockSlackSeconds)
    return payment.validBefore > time + longest ? scheme.reasons.validBefore : undefined
  }

  const checkSignature = async (
    { chain, scheme, payment }: Known,
    signal: AbortSignal | undefined,
  ): Promise<Proven> => {
    const { client } = chain
    const found = await verifyHash(
      payment.hash(),
      { signer: payment.payer, signature: payment.signature },
      {
        signal,
        recover,
        chain: {
          call: (request, options) => client.call(request, options),
          code: async (address, options) => {
            const id = `${client.chainId}:${address}`
            const code = codes.get(id) ?? (await client.code(address, options))
            codes.set(id, code)
            return code
          },
        },
      },
    )
    if (found.status === 'valid') return { status: 'proven', proof: { by: found.by, signature: found.signature } }
    const reason = found.reason === 'counterfactual' ? 'eip6492_factory_not_allowed' : scheme.reasons.signature
    return { status: 'invalid', reason }
  }

  /** Asks the chain how the transfer would go now. */
  const rehearse = async (known: Known, proof: Proof, signal: AbortSignal | undefined): Promise<Proven> => {
    const { chain, scheme, payment } = known
    const { to, data } = payment.call(proof)
    const result = await chain.client.simulate({ from: chain.senders[0]?.address, to, data }, { signal })
    if (result.status === 'ok') return { status: 'proven', proof }
    const reason = await payment.diagnose(chain.client, { signal })
    if (reason !== scheme.reasons.used || !adopt) return { status: 'invalid', reason }
    const moved = await find(known, signal)
    return moved === undefined ? { status: 'invalid', reason } : { status: 'proven', proof, moved }
  }

  /** Looks for a transaction that carried the payment out, whoever sent it. */
  const find = async (
    { chain: { client }, payment }: Known,
    signal: AbortSignal | undefined,
  ): Promise<Hex | undefined> => {
    if (payment.traces === undefined) return undefined
    const { number } = await client.latestBlock({ signal })
    const range = { fromBlock: Math.max(0, number - lookBackBlocks), toBlock: number }
    for (const { transactionHash } of await client.logs({ ...payment.traces, ...range }, { signal })) {
      const receipt = await client.receipt(transactionHash, { signal })
      if (receipt?.status === 'success' && payment.moved(receipt.logs)) return transactionHash
    }
    return undefined
  }

  const prove = async (
    known: Known,
    {
      caller,
      reserved = 0n,
      signal,
    }: { caller: string; reserved?: bigint | undefined; signal?: AbortSignal | undefined },
  ): Promise<Proven> => {
    const outside = await checkWindow(known, signal)
    if (outside !== undefined) return { status: 'invalid', reason: outside }
    const signed = await checkSignature(known, signal)
    if (signed.status === 'invalid') return signed
    // Others are told what the chain says: they serve by it, and the gas is ours.
    const mayTrust = caller === ownCaller && signed.proof.by === 'key'
    const trusted = mayTrust && known.payment.value <= (paid.get(payerKey(known)) ?? 0n)
    const result = trusted ? signed : await rehearse(known, signed.proof, signal)
    if (result.status === 'invalid') return result
    if (reserved > 0n && result.moved === undefined) {
      const short = await overdrawn(known, reserved, signal)
      if (short !== undefined) return { status: 'invalid', reason: short }
    }
    proven.set(provenKey(known), result)
    return result
  }

  const overdrawn = async (
    { chain, payment, terms }: Known,
    reserved: bigint,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> => {
    const token = createTokenReader({ chain: chain.client })
    const balance = await token.balanceOf(terms.asset.address, payment.payer, { signal })
    return (balance ?? 0n) < payment.value + reserved ? 'insufficient_funds' : undefined
  }

  /** What came of a transaction that was to carry this payment. */
  const judge = async (known: Known, outcome: SendOutcome): Promise<Settlement> => {
    if (outcome.status === 'unknown') return { status: 'unknown', transaction: outcome.hash }
    if (outcome.status === 'refused') {
      settlements.failed(known.key, outcome.reason)
      throw new FacilitatorError(`the transaction was not sent: ${outcome.reason}`)
    }
    const { transactionHash: transaction } = outcome.receipt
    try {
      return await judgeMined(known, outcome)
    } catch (error) {
      // It was sent: whatever hinders us now, the payment is not free to be given back.
      log.warn('Cannot tell yet what became of a settlement', { key: known.key, transaction, error })
      return { status: 'unknown', transaction }
    }
  }

  const judgeMined = async (
    known: Known,
    outcome: Extract<SendOutcome, { status: 'mined' | 'reverted' }>,
  ): Promise<Settlement> => {
    const { payment, scheme, key, chain } = known
    const { payer, value: amount } = payment
    const moved = outcome.status === 'mined' && payment.moved(outcome.receipt.logs)
    // Anyone may send an authorisation: that ours did not move the money does not mean that it did not move.
    const transaction = moved ? outcome.receipt.transactionHash : await find(known, undefined)
    if (transaction !== undefined) {
      settlements.settled(key, transaction)
      if (trustMs > 0) paid.set(payerKey(known), amount)
      return { status: 'settled', transaction, payer, amount }
    }
    paid.take(payerKey(known))
    const why = await payment.diagnose(chain.client, {})
    const reason = outcome.status === 'mined' && why === scheme.reasons.failed ? scheme.reasons.mismatch : why
    settlements.failed(key, reason)
    return { status: 'failed', reason, payer }
  }

  /** Goes on with what was sent, by this process or one before it. @returns `undefined` if it never was. */
  const resume = async (known: Known, row: SettlementRow): Promise<Settlement | undefined> => {
    const sender = known.chain.senders.find(({ address }) => address === row.sender)
    if (sender === undefined) throw new FacilitatorError(`${row.sender} sent it, whose key is not here`)
    const outcome = await sender.outcome(row.sendId)
    return outcome.status === 'absent' ? undefined : judge(known, outcome)
  }

  const settleOnce = async (
    claim: Claim,
    known: Known,
    { caller, resumeOnly, signal }: { caller: string; resumeOnly: boolean; signal: AbortSignal | undefined },
  ): Promise<Settlement> => {
    const { key, payment, scheme, chain } = known
    const { payer, value: amount } = payment
    const row = settlements.find(key)
    if (row !== undefined) {
      if (row.caller !== caller) return { status: 'failed', reason: scheme.reasons.used, payer } as const
      if (row.state === 'settled' && row.transaction !== '') {
        return { status: 'settled', transaction: row.transaction, payer, amount } as const
      }
      const outcome = row.state === 'broadcasting' ? await resume(known, row) : undefined
      if (outcome !== undefined) return outcome
    }
    if (resumeOnly) return { status: 'failed', reason: row?.reason || 'never sent', payer } as const
    const checked = proven.take(provenKey(known)) ?? (await prove(known, { caller, signal }))
    if (checked.status === 'invalid') return { status: 'failed', reason: checked.reason, payer } as const
    const kept = { key, caller, claim: JSON.stringify(claim) }
    if (checked.moved !== undefined) {
      settlements.adopt(kept, checked.moved)
      return { status: 'settled', transaction: checked.moved, payer, amount } as const
    }
    signal?.throwIfAborted()
    const submit = submitters.get(chain.client.chainId)
    if (submit === undefined) throw new FacilitatorError('nothing sends on this chain')
    try {
      return judge(known, await submit({ payment, proof: checked.proof, row: kept }))
    } catch (error) {
      if (error instanceof FacilitatorError || settlements.find(key)?.state !== 'broadcasting') throw error
      // It was about to be sent when something failed: the sender's journal will tell whether it was.
      log.warn('Cannot tell yet whether a settlement was sent', { key, error })
      return { status: 'unknown' }
    }
  }

  const facilitatorFor = (caller: string): Facilitator => ({
    supported: async () => supportedBy(chains, schemes),
    async verify(claim, options = {}) {
      const known = know(claim)
      if ('status' in known) return { status: 'invalid', reason: known.reason }
      const { payer } = known.payment
      const row = settlements.find(known.key)
      if (row !== undefined && row.state !== 'failed' && row.caller !== caller) {
        return { status: 'invalid', reason: known.scheme.reasons.used, payer }
      }
      const result = await refusing(() => prove(known, { ...options, caller }), options.signal)
      return result.status === 'proven'
        ? ({ status: 'valid', payer } satisfies Verdict)
        : { status: 'invalid', reason: result.reason, payer }
    },
    async settle(claim, { signal, resume: resumeOnly = false } = {}) {
      const known = know(claim)
      if ('status' in known) return { status: 'failed', reason: known.reason }
      const id = `${caller}\n${known.key}`
      const running = settling.get(id)
      if (running !== undefined) return running
      const work = refusing(() => settleOnce(claim, known, { caller, resumeOnly, signal }), signal)
      settling.set(id, work)
      try {
        return await work
      } finally {
        settling.delete(id)
      }
    },
  })

  return {
    ...facilitatorFor(ownCaller),
    for: facilitatorFor,
    async recover({ signal } = {}) {
      for (const row of settlements.open()) {
        signal?.throwIfAborted()
        const known = know(claimSchema.parse(JSON.parse(row.claim)))
        if ('status' in known) {
          log.error('Cannot go on with a settlement: its chain, token or scheme is no longer served', { key: row.key })
          continue
        }
        try {
          const outcome = await resume(known, row)
          if (outcome === undefined) settlements.failed(row.key, 'never sent')
        } catch (error) {
          log.warn('A settlement is still open', { key: row.key, error })
        }
      }
    },
  }
}

/** Turns whatever keeps us from an answer into one kind of error: the payer has no part in it. */
async function refusing<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await work()
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof FacilitatorError) throw error
    throw new FacilitatorError('the chain or the database gave no answer', error)
  }
}

const claimSchema: z.ZodType<Claim> = z.object({
  payment: z.union([paymentPayloadSchema, paymentPayloadV1Schema]),
  requirements: requirementsSchema,
})

/** What this facilitator can do. */
function supportedBy(chains: readonly SettlementChain[], schemes: readonly Scheme[]): Supported {
  const kinds = chains.flatMap(({ client, assets }) =>
    schemes.flatMap((scheme) => {
      const asset = assets.find((candidate) => scheme.serves(candidate))
      if (asset === undefined) return []
      const v1Name = v1NetworkOf(client.chainId)
      const { name, version, ...extra } = scheme.extra(asset)
      const kind = { scheme: scheme.name, ...(scheme.name !== 'exact' && { extra: { name, version, ...extra } }) }
      const v2 = { x402Version: 2, network: networkOf(client.chainId), ...kind } as const
      return v1Name === undefined || scheme.name !== 'exact'
        ? [v2]
        : [v2, { x402Version: 1, network: v1Name, ...kind } as const]
    }),
  )
  const unique = new Map(kinds.map((kind) => [`${kind.x402Version} ${kind.scheme} ${kind.network}`, kind]))
  const signers = chains.flatMap(({ senders }) => senders.map(({ address }) => address))
  return { kinds: [...unique.values()], extensions: [], signers: { 'eip155:*': [...new Set(signers)] } }
}

function payerKey({ payment: { payer }, terms: { asset } }: Known): string {
  return `${asset.chainId}:${asset.address}:${payer}`
}

function provenKey({ key, payment }: Known): string {
  return `${key}:${payment.signature.toLowerCase()}`
}

function termsOf({ payment, requirements }: Claim, { client, assets }: SettlementChain): Terms | undefined {
  try {
    const address = parseAddress(requirements.asset.toLowerCase())
    const asset = assets.find((known) => known.chainId === client.chainId && known.address === address)
    if (asset === undefined) return undefined
    return {
      asset,
      amount: parseBaseUnits(requirements.amount),
      payTo: parseAddress(requirements.payTo.toLowerCase()),
      maxTimeoutSeconds: requirements.maxTimeoutSeconds,
      atLeast: payment.x402Version === 1,
      extra: requirements.extra ?? {},
    }
  } catch {
    // Addresses and amounts that are none: requirements nobody can satisfy.
    return undefined
  }
}
