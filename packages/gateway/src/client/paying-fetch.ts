/** A fetch that pays, within a policy, when an answer asks for it. */

import { type Clock, type IdSource, SalpError } from '@salp/core'
import {
  type Account,
  type Address,
  type Asset,
  formatAmount,
  type Hex,
  type Money,
  parseAddress,
  parseBaseUnits,
  type Receipt,
  type Spending,
  type SpendRefusal,
  signPayment,
} from '@salp/wallet'
import { writeAuthorization } from '../schemes/authorization.js'
import { exactProxyAddress, permit2Address, writePermit2 } from '../schemes/exact-permit2.js'
import { isTip20 } from '../schemes/tip20.js'
import { decodeHeader, encodeHeader } from '../wire/base64.js'
import { headerNames } from '../wire/headers.js'
import { chainIdOf } from '../wire/networks.js'
import { type JsonObject, type SettleResponse, settleResponseSchema } from '../wire/objects.js'
import { type ReceivedChallenge, readChallenge } from './challenge.js'

/** What pays: an account, its limits, and where its receipts go. */
export interface PayingWallet {
  readonly account: Account
  readonly spending: Spending
  /** Tokens it knows. A token's domain comes from here, never from who asks for a signature. */
  readonly assets: readonly Asset[]
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly ids: IdSource
  readonly receipts?: { record(receipt: Receipt): boolean } | undefined
}

/** What is about to be paid, for a person to decide. */
export interface Quote {
  readonly url: string
  readonly payee: Address
  readonly money: Money
  /** What is left of today's limit before this payment, in base units. */
  readonly leftToday: bigint
}

/** How to pay. */
export interface PayingFetchOptions {
  /** What it is for: payments for one task share a limit. @defaultValue `''` */
  readonly task?: string | undefined
  /** Hosts, with their port where it is not the usual one, that may be paid. @defaultValue any */
  readonly hosts?: readonly string[] | undefined
  /** Asks a person about a payment above the policy's threshold. @defaultValue nobody agrees */
  readonly approve?: ((quote: Quote, options: { readonly signal: AbortSignal }) => Promise<boolean>) | undefined
  /** Says whether an offer is worth its price, beside the limits: asked before anything is signed. @returns Why not. */
  readonly object?: ((offer: Omit<Quote, 'leftToday'>) => string | undefined) | undefined
  /** Settlement contract of `tempo-tip20` on a chain; another one is not signed for. */
  readonly settlement?: ((chainId: number) => Address | undefined) | undefined
  /**
   * Sees to it that a contract may move so much of a token, where the way of paying needs that. Called once the limits
   * agreed, before the payment leaves; if it throws, nothing is paid.
   */
  readonly allow?: ((need: AllowanceNeed, options: { readonly signal: AbortSignal }) => Promise<void>) | undefined
  /** Hears of every payment whose money moved. */
  readonly onPaid?: ((payment: PaymentMade) => void) | undefined
  /** How often the same payment is shown again where its outcome is open. @defaultValue `3` */
  readonly repeats?: number | undefined
}

/** An allowance that a payment needs. */
export interface AllowanceNeed {
  readonly money: Money
  readonly spender: Address
}

/** A payment that was made. */
export interface PaymentMade {
  readonly url: string
  readonly payee: Address
  readonly money: Money
  readonly transaction: Hex
}

/** An offer that this wallet can pay. */
interface Payable {
  readonly money: Money
  readonly payee: Address
  readonly method: Parameters<typeof signPayment>[1]['method']
  readonly validSeconds: number
  readonly network: string
  readonly offer: ReceivedChallenge['offers'][number]['requirements']
}

/** Longest wait between two showings of one payment, in s. */
const longestWaitSeconds = 5

/**
 * Wraps a fetch.
 *
 * A request is sent as it is. Where the answer asks for payment in x402, one payment is signed within the wallet's
 * limits, and the request sent again with it: to the same origin only, following no redirect, since a signed payment is
 * as good as money. One call signs at most once, whatever the server answers.
 *
 * @returns A fetch. It throws, beside what the given one throws, {@link PaymentError}:
 * `gateway/pay-refused` (a limit stands against it, or nobody agreed), `gateway/pay-unpayable` (no offer that this wallet
 * can pay), `gateway/pay-body` (a stream that cannot be sent twice), `gateway/pay-origin` (asked by another origin),
 * `gateway/paid-and-failed` (the money moved and the server failed), `gateway/pay-unknown` (signed and sent, and no answer).
 */
export function payingFetch(
  fetch: typeof globalThis.fetch,
  wallet: PayingWallet,
  options: PayingFetchOptions = {},
): typeof globalThis.fetch {
  const {
    task = '',
    hosts,
    approve = async () => false,
    settlement = () => undefined,
    object,
    allow = async () => undefined,
    onPaid,
    repeats = 3,
  } = options
  const { account, spending, assets, clock, ids, receipts } = wallet

  const payableOf = (challenge: ReceivedChallenge): Payable[] =>
    challenge.offers.flatMap(({ requirements, network }) => {
      const money = moneyOf(requirements, assets)
      const method = money && methodOf(requirements, money.asset, settlement)
      const payee = payeeOf(requirements.payTo)
      if (money === undefined || method === undefined || payee === undefined) return []
      return [{ money, payee, method, network, offer: requirements, validSeconds: requirements.maxTimeoutSeconds }]
    })

  const sign = async (id: string, url: string, payable: Payable, signal: AbortSignal): Promise<JsonObject> => {
    const { money, payee, method, validSeconds } = payable
    const request = { id, payee, task, money, method, validSeconds }
    let signed = signPayment({ account, spending, clock }, request)
    if (signed.status === 'ask') {
      const agreed = await approve({ url, payee, money, leftToday: signed.leftToday }, { signal })
      signal.throwIfAborted()
      if (!agreed) throw new PaymentError('pay-refused', url, 'nobody agreed to it', { money })
      signed = signPayment({ account, spending, clock }, { ...request, approved: true })
    }
    if (signed.status === 'refused')
      throw new PaymentError('pay-refused', url, limitText(signed.reason), { money, limit: signed.reason })
    if (signed.status === 'ask') throw new PaymentError('pay-refused', url, 'the limits changed meanwhile', { money })
    try {
      const spender = spenderOf(method)
      if (spender !== undefined) await allow({ money, spender }, { signal })
    } catch (error) {
      // Nobody has the signature.
      spending.release(id)
      throw error
    }
    if (method.type === 'permit2') return writePermit2(signed.signature, signed.authorization, money.asset)
    const more = method.type === 'tempo-tip20' ? { token: money.asset.address } : {}
    return writeAuthorization(signed.signature, signed.authorization, more)
  }

  /** Shows one payment until there is an answer to it. */
  const show = async (paid: Request, signal: AbortSignal): Promise<Response> => {
    for (let left = repeats; ; left--) {
      try {
        const response = await fetch(paid.clone())
        const wait = Number(response.headers.get('retry-after') ?? Number.NaN)
        if (response.status !== 503 || left <= 0 || !(wait <= longestWaitSeconds)) return response
        await response.body?.cancel()
        await clock.sleep(wait * 1_000, { signal })
      } catch (error) {
        signal.throwIfAborted()
        if (left <= 0)
          throw new PaymentError('pay-unknown', paid.url, 'it was signed and sent, and no answer came', {
            cause: error,
          })
        await clock.sleep(200 * (repeats - left + 1), { signal })
      }
    }
  }

  const book = (id: string, url: string, { money, payee }: Payable, receipt: SettleResponse): Hex | undefined => {
    // What was free stays set aside while the signature is good: the word of the other side is all there is.
    if (!receipt.success || receipt.amount === '0') return undefined
    spending.settle(id)
    if (!/^0x[0-9a-fA-F]{64}$/.test(receipt.transaction)) return undefined
    const transaction = receipt.transaction as Hex
    const { amount, asset } = money
    receipts?.record({
      ...{ id: `out:${id}`, direction: 'out', at: clock.now(), chainId: asset.chainId, asset: asset.address, amount },
      ...{ payer: account.address, payee, transaction, resource: url, task },
    })
    onPaid?.({ url, payee, money, transaction })
    return transaction
  }

  return async (input, init) => {
    const first = new Request(input, init)
    if (first.headers.has(headerNames.payment) || first.headers.has(headerNames.paymentV1)) return fetch(first)
    const again = init?.body instanceof ReadableStream ? undefined : first.clone()
    const response = await fetch(first)
    if (response.status !== 402 && response.status !== 412) return response
    const challenge = await readChallenge(response)
    if (challenge === undefined) return response
    const url = response.url === '' ? first.url : response.url
    const { signal } = first
    const { origin, host } = new URL(url)
    if (origin !== new URL(first.url).origin)
      throw new PaymentError('pay-origin', url, `${new URL(first.url).host} was asked, and it led elsewhere`)
    if (hosts !== undefined && !hosts.includes(host))
      throw new PaymentError('pay-refused', url, `${host} is not among those that may be paid`)
    if (again === undefined) throw new PaymentError('pay-body', url, 'its body is a stream, which cannot be sent again')
    const payable = cheapest(payableOf(challenge))
    if (payable === undefined)
      throw new PaymentError('pay-unpayable', url, 'it takes no token and scheme of this wallet')
    await response.body?.cancel()
    const { money, payee } = payable
    const objection = object?.({ url, payee, money })
    if (objection !== undefined) throw new PaymentError('pay-refused', url, objection, { money })
    const id = ids()
    const payload = await sign(id, url, payable, signal)
    const paid = new Request(url === first.url ? again : new Request(url, again), { redirect: 'error' })
    attach(paid.headers, challenge, payable, payload, id)
    const answer = await show(paid, signal)
    const receipt = receiptOf(answer.headers)
    const transaction = receipt && book(id, url, payable, receipt)
    if (answer.status >= 500 && transaction !== undefined) {
      throw new PaymentError(
        'paid-and-failed',
        url,
        `it took the money in ${transaction} and answered ${answer.status}`,
        { money: payable.money, transaction },
      )
    }
    return answer
  }
}

/** Reads what an unpaid answer asks, in tokens that are known. Nothing is signed. */
export async function readOffers(
  response: Response,
  assets: readonly Asset[],
): Promise<readonly { readonly money: Money; readonly payee: Address }[]> {
  const challenge = await readChallenge(response)
  return (challenge?.offers ?? []).flatMap(({ requirements }) => {
    const [money, payee] = [moneyOf(requirements, assets), payeeOf(requirements.payTo)]
    return money === undefined || payee === undefined ? [] : [{ money, payee }]
  })
}

/** Puts a payment into a request. */
function attach(
  headers: Headers,
  { version, extensions, resource }: ReceivedChallenge,
  { offer, network }: Payable,
  payload: JsonObject,
  id: string,
): void {
  if (version === 1) {
    headers.set(headerNames.paymentV1, encodeHeader({ x402Version: 1, scheme: offer.scheme, network, payload }))
    return
  }
  const named = nameIn(extensions, id)
  headers.set(
    headerNames.payment,
    encodeHeader({ x402Version: 2, accepted: offer, payload, resource, ...(named && { extensions: named }) }),
  )
}

/** Extensions as they go back: as they came, and with a name for the payment where the server takes one. */
function nameIn(extensions: JsonObject, id: string): JsonObject | undefined {
  const extension = extensions['payment-identifier']
  if (typeof extension !== 'object' || extension === null || !('info' in extension)) return undefined
  const { info } = extension
  return { 'payment-identifier': { ...extension, info: { ...(info as JsonObject), id } } }
}

function receiptOf(headers: Headers): SettleResponse | undefined {
  const text = headers.get(headerNames.response) ?? headers.get(headerNames.responseV1)
  return text === null ? undefined : settleResponseSchema.safeParse(decodeHeader(text)).data
}

/** The offer that costs least in units; before money that moves first, money that moves after. */
function cheapest(offers: readonly Payable[]): Payable | undefined {
  const units = ({ money: { amount, asset } }: Payable): number => Number(formatAmount(amount, asset))
  const upfront = ({ offer }: Payable): number =>
    offer.extra?.paymentFlow === undefined || offer.extra.paymentFlow === 'authorization' ? 0 : 1
  return offers.toSorted((a, b) => upfront(a) - upfront(b) || units(a) - units(b))[0]
}

const flows: readonly unknown[] = [undefined, 'authorization', 'upfront']

function moneyOf({ network, asset, amount, extra }: Payable['offer'], assets: readonly Asset[]): Money | undefined {
  const known = assets.find(
    (mine) => mine.chainId === chainIdOf(network) && mine.address.toLowerCase() === asset.toLowerCase(),
  )
  if (known === undefined || !flows.includes(extra?.paymentFlow) || !/^[1-9][0-9]{0,77}$/.test(amount)) return undefined
  return { asset: known, amount: parseBaseUnits(amount) }
}

function methodOf(
  { scheme, extra }: Payable['offer'],
  { chainId, address }: Asset,
  settlement: (chainId: number) => Address | undefined,
): Payable['method'] | undefined {
  const transfer = extra?.assetTransferMethod
  if (scheme === 'exact' && !isTip20(address) && (transfer === undefined || transfer === 'eip3009'))
    return { type: 'eip3009' }
  if (scheme === 'exact' && transfer === 'permit2')
    return { type: 'permit2', permit2: permit2Address, spender: exactProxyAddress }
  const contract = settlement(chainId)
  const asked = typeof extra?.spender === 'string' ? payeeOf(extra.spender) : undefined
  return scheme === 'tempo-tip20' && contract !== undefined && asked === contract && extra?.mode === 'contract'
    ? { type: 'tempo-tip20', settlement: contract }
    : undefined
}

/** Who needs an allowance for that way of paying. */
function spenderOf(method: Payable['method']): Address | undefined {
  if (method.type === 'permit2') return method.permit2
  return method.type === 'tempo-tip20' ? method.settlement : undefined
}

function payeeOf(text: string): Address | undefined {
  return /^0x[0-9a-fA-F]{40}$/.test(text) ? parseAddress(text.toLowerCase()) : undefined
}

function limitText(limit: SpendRefusal): string {
  const texts: Record<SpendRefusal, string> = {
    asset: 'no limit was set for its token',
    payee: 'its payee is not among those that may be paid',
    ceiling: 'it costs more than one payment may',
    day: 'too little is left for today',
    'payee-day': 'too little is left for its payee today',
    task: 'too little is left for this task',
    duplicate: 'a payment of that name was made',
  }
  return texts[limit]
}

/** A payment that was not made, or came to nothing. `code` tells which, `limit` which limit stood against it. */
export class PaymentError extends SalpError {
  readonly url: string
  readonly money: Money | undefined
  readonly limit: SpendRefusal | undefined
  /** Hash of the transaction, where the money moved. */
  readonly transaction: Hex | undefined
  constructor(
    condition: 'pay-refused' | 'pay-unpayable' | 'pay-body' | 'pay-origin' | 'paid-and-failed' | 'pay-unknown',
    url: string,
    why: string,
    {
      money,
      limit,
      transaction,
      cause,
    }: {
      money?: Money | undefined
      limit?: SpendRefusal | undefined
      transaction?: Hex | undefined
      cause?: unknown
    } = {},
  ) {
    const { origin, pathname } = new URL(url)
    super(`gateway/${condition}`, `Cannot buy "${origin}${pathname}": ${why}`, { cause })
    this.url = url
    this.money = money
    this.limit = limit
    this.transaction = transaction
  }
}
