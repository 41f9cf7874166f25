/** Sends the transactions of one key: each once, in order of their numbers, whatever fails in between. */

import { type Clock, type Logger, type SqlDatabase, silentLogger } from '@salp/core'
import type { ChainClient, TransactionReceipt } from './chain-client.js'
import type { Address, Hex } from './hex.js'
import { createFeeSource, type Fees, raise } from './internal/fees.js'
import { createSigning, isSame } from './internal/signing.js'
import { createSubmit, isFailureOfNode } from './internal/submit.js'
import { createTransactionJournal, type Journaled, type Signed } from './internal/transaction-journal.js'
import type { Account } from './keyring.js'
import type { Rpc } from './rpc.js'

interface Waiting {
  readonly signal?: AbortSignal | undefined
}

/** What a sender asks of the application. */
export interface SenderDeps {
  readonly chain: ChainClient
  /** Of the same node as `chain`. */
  readonly rpc: Rpc
  readonly account: Pick<Account, 'address' | 'signTransaction'>
  /** A database that `walletMigrations` brought up to date. It outlives the sender, and may be shared by processes. */
  readonly db: SqlDatabase
  readonly clock: Clock
  readonly log?: Logger | undefined
}

/** How a sender behaves. */
export interface SenderOptions {
  /** Most to pay, in wei a unit of gas. */
  readonly maxFeePerGas: bigint
  /** Blocks that must follow the one of a transaction. @defaultValue `0`, for chains that are final at once */
  readonly confirmations?: number | undefined
  /** How long `send` and `outcome` wait, in ms. @defaultValue `60000` */
  readonly waitMs?: number | undefined
  /** Pause between looks at the chain while something is open, in ms. @defaultValue `500` */
  readonly pollMs?: number | undefined
  /** When what is in no block is sent again, in ms. @defaultValue `5000` */
  readonly resendMs?: number | undefined
  /** When the fee of what still is in no block is raised, in ms. @defaultValue `30000` */
  readonly raiseMs?: number | undefined
}

/** A transaction to send. */
export interface SendRequest {
  /** Names the transaction: what has the same id is sent once. */
  readonly id: string
  /** Without it, `data` creates a contract. */
  readonly to?: Address | undefined
  readonly data: Hex
  /** Most gas it may use. Not estimated: a contract's own calls are known, and a limit costs nothing. */
  readonly gas: bigint
  /** Called in the database's transaction that writes it down, once, before it is sent: what it throws keeps it from both. */
  readonly noted?: (() => void) | undefined
}

/** Why a transaction was not sent; it never will have an effect, and its id may be used again, except if `replaced`. */
export type SendRefusal =
  /** The account cannot pay for the gas. */
  | 'insufficient-funds'
  /** Gas costs more than the cap. */
  | 'fee-too-high'
  /** The node says that it can never be valid. */
  | 'rejected'
  /** Another transaction, not of this journal, took its number. */
  | 'replaced'
  /** The node could not be asked what is needed to sign. */
  | 'rpc'
  /** Too many are open. */
  | 'busy'

/** What became of a transaction. */
export type SendOutcome =
  | { readonly status: 'mined'; readonly receipt: TransactionReceipt }
  /** In a block, without effect. */
  | { readonly status: 'reverted'; readonly receipt: TransactionReceipt }
  /** May or may not have its effect; the sender keeps at it while it is open, and {@link Sender.outcome} tells later. */
  | { readonly status: 'unknown'; readonly hash: Hex }
  | {
      readonly status: 'refused'
      readonly reason: SendRefusal
      /** For the log: the words of the node, or what failed. */
      readonly detail: string
    }

/** Sends transactions of one key. Two of one key must share the database. */
export interface Sender {
  readonly address: Address
  /**
   * Sends a transaction, and waits until it is in a block and confirmed, or until `waitMs` is over.
   *
   * It is written down before the node hears of it. A second call with the same id joins the first, or goes on after a
   * crash; it never makes a second transaction. Many at once are sent at once, without waiting for each other.
   *
   * @throws The signal's reason if it aborts: what was sent by then goes on, and `outcome` tells of it.
   * @throws RangeError if the id names another transaction.
   * @throws {@link ChainMismatchError} (`wallet/chain-mismatch`), `core/database-*`: nothing was sent.
   */
  send(request: SendRequest, options?: Waiting): Promise<SendOutcome>
  /** Tells of a transaction, as after a crash: sends the same bytes again if need be, and waits. `absent` if there is none. */
  outcome(id: string, options?: Waiting): Promise<SendOutcome | { readonly status: 'absent' }>
  /** Stops looking; what is open stays written down, and those who wait hear `unknown`. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Most transactions that may be open. */
const maxOpen = 4_096
/** Looks in a row that find the number taken and none of our receipts, before another transaction is taken for the cause. */
const maxSightings = 5
/** Looks in a row that find a number missing, before it is filled. */
const maxGapSightings = 2
/** Gas of a transfer of nothing to oneself, which fills a missing number; some chains ask for more than 21 000. */
const fillerGas = 100_000n
/** Receipts that are asked for at once. */
const concurrency = 16

/** A transaction that is under way. */
interface Flight {
  transaction: Journaled
  /** Whether no node can have it: then a refusal is final, and the number free. */
  unsent: boolean
  /** Whether a node is being told. */
  busy: boolean
  /** On the monotonic clock, in ms. */
  sentAt: number
  signedAt: number
  sightings: number
  readonly done: Promise<SendOutcome>
  resolve(outcome: SendOutcome): void
  reject(error: unknown): void
}

/** Creates the sender of an account. It asks nothing until it is first used. */
export function createSender(
  { chain, rpc, account, db, clock, log = silentLogger }: SenderDeps,
  options: SenderOptions,
): Sender {
  const { maxFeePerGas: cap, confirmations = 0, waitMs = 60_000, pollMs = 500 } = options
  const { resendMs = 5_000, raiseMs = 30_000 } = options
  const { address } = account
  const journal = createTransactionJournal({ db, clock }, { chainId: chain.chainId, sender: address })
  const closing = new AbortController()
  const { signal } = closing
  const { sign, signAgain, feesOf } = createSigning(account, chain.chainId)
  const submit = createSubmit(rpc, { signal })
  const fees = createFeeSource({ chain, clock }, { cap, signal })
  const flights = new Map<string, Flight>()
  const work = new Set<Promise<void>>()
  /** Numbers below the last that were given back. */
  const spare = new Set<number>()
  let floor = 0
  let gapSightings = 0
  let ready: Promise<void> | undefined
  let watching = false

  const own = (task: Promise<void>): void => {
    const owned = task
      .catch((error: unknown) => {
        if (!signal.aborted) log.error('A transaction could not be followed', { error })
      })
      .finally(() => work.delete(owned))
    work.add(owned)
  }

  // — Flights —

  const adopt = (transaction: Journaled, unsent: boolean): Flight => {
    const { promise: done, resolve, reject } = Promise.withResolvers<SendOutcome>()
    // Whoever waits hears of it; if nobody does, `own` has logged it.
    done.catch(() => undefined)
    const now = clock.monotonic()
    const flight = { transaction, unsent, busy: false, sentAt: now, signedAt: now, sightings: 0, done, resolve, reject }
    flights.set(transaction.id, flight)
    return flight
  }
  const land = (flight: Flight, outcome: SendOutcome): void => {
    flights.delete(flight.transaction.id)
    flight.resolve(outcome)
  }
  const resign = (flight: Flight, signed: Signed): void => {
    flight.transaction = journal.replace(flight.transaction.id, signed)
    flight.signedAt = clock.monotonic()
  }
  const settle = (flight: Flight, receipt: TransactionReceipt): void => {
    journal.settle(flight.transaction.id, receipt)
    land(flight, ended(receipt))
  }
  /** Gives up what no node has. */
  const refuse = (flight: Flight, reason: SendRefusal, detail: string): void => {
    const { id, nonce } = flight.transaction
    journal.drop(id)
    spare.add(nonce)
    log.warn('A transaction was refused', { id, reason, detail })
    land(flight, { status: 'refused', reason, detail })
  }

  // — Telling the node —

  const launch = (flight: Flight): void => {
    flight.busy = true
    flight.sentAt = clock.monotonic()
    own(
      broadcast(flight)
        .catch((error: unknown) => {
          if (signal.aborted) return
          // The database failed: what was written down is taken up again by the next sender, or by `outcome`.
          flights.delete(flight.transaction.id)
          flight.reject(error)
          throw error
        })
        .finally(() => {
          flight.busy = false
          flight.sentAt = clock.monotonic()
        }),
    )
    watch()
  }
  const broadcast = async (flight: Flight): Promise<void> => {
    for (let attempts = 0; attempts < 8 && !signal.aborted; attempts++) {
      const { unsent, transaction } = flight
      flight.unsent = false
      const answer = await submit(transaction.bytes)
      if (answer.status === 'mined') {
        if (confirmations === 0 && isOf(transaction, answer.receipt)) settle(flight, answer.receipt)
        return
      }
      if (answer.status === 'open' || !unsent) {
        // It may have been taken, now or before: the watch will see.
        log.debug('A transaction is not in a block yet', { id: transaction.id, why: answer.why })
        return
      }
      if (!(await amend(flight, answer.kind, answer.why))) return
    }
  }
  /**
   * Signs anew what the node refused for good, or gives it up. If its number is taken, the watch decides: the cause may be
   * the same transaction, told twice by what stands between.
   *
   * @returns Whether to send it again.
   */
  const amend = async (flight: Flight, kind: 'nonce' | 'fee' | 'funds' | 'invalid', why: string): Promise<boolean> => {
    const { transaction } = flight
    flight.unsent = true
    if (kind === 'nonce') return false
    const paying = kind === 'fee' ? await asked(() => fees.current({ fresh: true })) : undefined
    if (paying !== undefined) {
      resign(flight, signAgain(transaction, { paying }))
      return true
    }
    if (!isFiller(transaction)) refuse(flight, refusals[kind], why)
    return false
  }
  /** What the chain answers, or nothing if it cannot be asked. */
  const asked = async <T>(question: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await question()
    } catch (error) {
      if (!isFailureOfNode(error)) throw error
      return undefined
    }
  }

  // — Looking at the chain —

  const watch = (): void => {
    if (watching || signal.aborted || flights.size === 0) return
    watching = true
    own(
      (async () => {
        while (flights.size > 0) {
          await clock.sleep(pollMs, { signal })
          // A node that is told is left alone, unless it takes long: it may wait for a number that is missing.
          const late = clock.monotonic() - resendMs
          if (![...flights.values()].some(({ busy, sentAt }) => !busy || sentAt <= late) && spare.size === 0) continue
          await look().catch((error: unknown) => {
            signal.throwIfAborted()
            log.error('Cannot look after transactions', { error })
          })
        }
      })().finally(() => {
        watching = false
      }),
    )
  }
  const look = async (): Promise<void> => {
    const next = await asked(() => chain.nonceOf(address, 'latest', { signal }))
    if (next === undefined) return
    heal(next)
    const waiting = [...flights.values()].filter(({ busy }) => !busy)
    const tip = confirmations > 0 ? (await asked(() => chain.latestBlock({ signal })))?.number : undefined
    await forEach(
      waiting.filter(({ transaction }) => transaction.nonce < next),
      (flight) => check(flight, tip),
    )
    for (const flight of waiting.sort((a, b) => a.transaction.nonce - b.transaction.nonce)) {
      if (flight.transaction.nonce < next || flight.busy) continue
      flight.sightings = 0
      if (clock.monotonic() - flight.sentAt >= resendMs) await resend(flight, next)
    }
  }
  /** Looks for the receipt of what has its number in a block. */
  const check = async (flight: Flight, tip: number | undefined): Promise<void> => {
    const found = await asked(() => receiptOf(flight.transaction))
    if (found === undefined || !flights.has(flight.transaction.id)) return
    if (found !== 'none') {
      flight.sightings = 0
      if (confirmations === 0 || (tip !== undefined && tip - found.blockNumber >= confirmations)) settle(flight, found)
    } else if (++flight.sightings >= maxSightings) evade(flight)
  }
  /** Moves what no node has to another number, since its own is taken; what a node may have is given up. */
  const evade = (flight: Flight): void => {
    const { id, nonce } = flight.transaction
    if (!flight.unsent) {
      log.error('Another transaction took the number of one of ours', { id, nonce })
      journal.settle(id, 'replaced')
      land(flight, replaced(nonce))
    } else if (isFiller(flight.transaction)) refuse(flight, 'replaced', 'The number was filled')
    else {
      flight.transaction = journal.move(id, Math.max(floor, nonce + 1), (to) =>
        signAgain(flight.transaction, { nonce: to }),
      )
      flight.sightings = 0
      launch(flight)
    }
  }
  const receiptOf = async ({ hash, earlier }: Journaled): Promise<TransactionReceipt | 'none'> => {
    for (const candidate of [hash, ...earlier]) {
      const receipt = await chain.receipt(candidate, { signal })
      if (receipt !== undefined) return receipt
    }
    return 'none'
  }
  const resend = async (flight: Flight, next: number): Promise<void> => {
    const { transaction } = flight
    if (clock.monotonic() - flight.signedAt >= raiseMs && transaction.nonce === next) {
      const now = await asked(() => fees.current({ fresh: true }))
      const paying = now === undefined ? undefined : raise(feesOf(transaction), now, cap)
      if (paying !== undefined && !flight.busy && flights.has(transaction.id)) {
        resign(flight, signAgain(transaction, { paying }))
        log.info('Raised the fee of a transaction that waits', { id: transaction.id, hash: flight.transaction.hash })
      }
    }
    if (!flight.busy && flights.has(transaction.id)) launch(flight)
  }
  /** Sees to it that no number is missing before those that wait: takes up again what the chain lost, and fills the rest. */
  const heal = (next: number): void => {
    for (const nonce of spare) if (nonce < next) spare.delete(nonce)
    const first = Math.min(...[...flights.values()].map(({ transaction }) => transaction.nonce))
    gapSightings = first > next && Number.isFinite(first) ? gapSightings + 1 : 0
    if (gapSightings < maxGapSightings) return
    gapSightings = 0
    takeUp(next)
    for (let nonce = next; nonce < Math.min(first, next + maxOpen); nonce++) {
      if (!journal.has(nonce)) fill(nonce)
    }
  }
  /** Opens what is written down from `next` on and not under way. */
  const takeUp = (next: number): void => {
    const lost = journal.reopen(next)
    if (lost > 0) log.warn('The chain lost transactions; they are sent again', { count: lost })
    for (const transaction of journal.open()) {
      if (flights.has(transaction.id)) continue
      const flight = adopt(transaction, false)
      if (transaction.nonce >= next) launch(flight)
    }
    watch()
  }
  const fill = (nonce: number): void => {
    spare.delete(nonce)
    own(
      (async () => {
        const paying = await asked(() => fees.current())
        if (paying === undefined || journal.has(nonce)) return
        const request = { to: address, data: '0x' as const, gas: fillerGas }
        const id = `${fillerPrefix}${chain.chainId}:${address}:${nonce}`
        const filler = journal.claim(id, { floor: 0, spare: [nonce] }, sign(request, paying))
        if (filler !== undefined) launch(adopt(filler, true))
      })(),
    )
  }

  // — Calls —

  const load = async (): Promise<void> => {
    await chain.verifyChain({ signal })
    const [latest, pending] = await Promise.all([
      chain.nonceOf(address, 'latest', { signal }),
      chain.nonceOf(address, 'pending', { signal }),
    ])
    floor = Math.max(latest, pending)
    takeUp(latest)
  }
  const start = (): Promise<void> => {
    ready ??= load().catch((error: unknown) => {
      ready = undefined
      throw error
    })
    return ready
  }
  const wait = async (flight: Flight, caller: AbortSignal | undefined): Promise<SendOutcome> => {
    const ended = new AbortController()
    const signals = [ended.signal, signal, ...(caller === undefined ? [] : [caller])]
    const timeUp = async (): Promise<SendOutcome> => {
      try {
        await clock.sleep(waitMs, { signal: AbortSignal.any(signals) })
      } catch {
        caller?.throwIfAborted()
      }
      return { status: 'unknown', hash: flight.transaction.hash }
    }
    try {
      return await Promise.race([flight.done, timeUp()])
    } finally {
      // Given, so that none is made: making one costs more than the rest of this.
      ended.abort(over)
    }
  }
  /** What is known of a transaction that is not under way; opens it again if the chain lost it. */
  const recall = async (transaction: Journaled): Promise<SendOutcome | Flight> => {
    const { id, nonce, state, receipt } = transaction
    const next = await asked(() => chain.nonceOf(address, 'latest', { signal }))
    if (next !== undefined && (nonce >= next || state === 'open')) {
      takeUp(next)
      return flights.get(id) ?? { status: 'unknown', hash: transaction.hash }
    }
    if (receipt !== undefined) return ended(receipt)
    if (state === 'open') return { status: 'unknown', hash: transaction.hash }
    const found = await asked(() => receiptOf(transaction))
    if (found === undefined || found === 'none') return replaced(nonce)
    journal.settle(id, found)
    return ended(found)
  }
  const goOn = async (id: string, { signal: caller }: Waiting): Promise<SendOutcome | undefined> => {
    const flight = flights.get(id)
    if (flight !== undefined) return wait(flight, caller)
    const transaction = journal.find(id)
    if (transaction === undefined) return undefined
    const known = await orAborted(recall(transaction), caller)
    return 'done' in known ? wait(known, caller) : known
  }
  const checkOpen = (): void => {
    if (signal.aborted) throw new RangeError(`Cannot send for ${address}: the sender is closed`)
  }
  const close = async (): Promise<void> => {
    closing.abort(new RangeError('The sender was closed'))
    while (work.size > 0) await Promise.all(work)
  }
  return {
    address,
    async send({ id, noted, ...request }, waiting = {}) {
      checkOpen()
      waiting.signal?.throwIfAborted()
      let paying: Fees | undefined
      try {
        await orAborted(start(), waiting.signal)
        const before = flights.get(id)?.transaction ?? journal.find(id)
        if (before !== undefined) {
          if (!isSame(before, request)) throw new RangeError(`Cannot send "${id}": another transaction has that id`)
          const known = await goOn(id, waiting)
          if (known !== undefined) return known
        }
        if (flights.size >= maxOpen) return { status: 'refused', reason: 'busy', detail: `${maxOpen} are open` }
        paying = await orAborted(fees.current(), waiting.signal)
      } catch (error) {
        waiting.signal?.throwIfAborted()
        if (!isFailureOfNode(error)) throw error
        return { status: 'refused', reason: 'rpc', detail: error.message }
      }
      if (paying === undefined)
        return { status: 'refused', reason: 'fee-too-high', detail: `Gas costs more than ${cap}` }
      checkOpen()
      waiting.signal?.throwIfAborted()
      const transaction = journal.claim(id, { floor, spare, noted }, sign(request, paying))
      if (transaction !== undefined) {
        spare.delete(transaction.nonce)
        launch(adopt(transaction, true))
      }
      return (
        (await goOn(id, waiting)) ?? { status: 'refused', reason: 'rejected', detail: 'Another process was refused it' }
      )
    },
    async outcome(id, waiting = {}) {
      checkOpen()
      waiting.signal?.throwIfAborted()
      const known = journal.find(id)
      if (known === undefined && !flights.has(id)) return { status: 'absent' }
      try {
        await orAborted(start(), waiting.signal)
      } catch (error) {
        waiting.signal?.throwIfAborted()
        if (!isFailureOfNode(error)) throw error
      }
      return (await goOn(id, waiting)) ?? { status: 'absent' }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

const over = new Error('The wait is over')

const fillerPrefix = 'filler:'

const refusals = { fee: 'fee-too-high', funds: 'insufficient-funds', invalid: 'rejected' } as const

function isFiller({ id }: Journaled): boolean {
  return id.startsWith(fillerPrefix)
}

function ended(receipt: TransactionReceipt): SendOutcome {
  return { status: receipt.status === 'success' ? 'mined' : 'reverted', receipt }
}

function replaced(nonce: number): SendOutcome {
  return { status: 'refused', reason: 'replaced', detail: `Another transaction has the number ${nonce}` }
}

function isOf({ hash, earlier }: Journaled, { transactionHash }: TransactionReceipt): boolean {
  return transactionHash === hash || earlier.includes(transactionHash)
}

/** Waits for what others wait for too, until the caller's signal aborts. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** Runs `work` for each, a few at once. */
async function forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker))
}
