import { openDatabase } from '@salp/core/node'
import { type StoppedClock, stoppedClock } from '@salp/core/testing'
import type { Address } from '@salp/wallet'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Facilitator, FacilitatorError, type Settlement } from '../facilitator/facilitator.js'
import { openShop, payFor, type Shop } from '../testing/internal/shop.js'
import type { SettleMode } from './payments.js'

/** How far a transfer of the simulated chain got: `waiting` may still land or vanish, `seen` was told to somebody. */
type Transfer = 'waiting' | 'moved' | 'seen'

/** Somebody waits for the world to go on, and the world has a choice. */
interface Gate {
  readonly at: Place
  readonly go: (choice: number) => void
}

/** A gateway that may end at any time, and whoever asks it. */
interface Place {
  readonly shop: Shop<Facilitator>
  readonly ask: (request: Request) => Promise<Response>
}

const cities = ['Rome', 'Oslo']
const dollarCent = 10_000n

/** Two gateways on one database, a chain, and everything that can go wrong between them, one step at a time. */
class World {
  readonly transfers = new Map<string, Transfer>()
  /** Contents that reached a payer, by payment. */
  readonly contents = new Map<string, Set<string>>()
  readonly db = openDatabase(':memory:')
  readonly clock: StoppedClock = stoppedClock(1_000_000_000)
  readonly mode: SettleMode
  gates: Gate[] = []
  places: Place[] = []
  asked = new Set<Promise<void>>()
  opened = 0

  constructor(mode: SettleMode) {
    this.mode = mode
    this.places = [this.open(), this.open()]
  }

  open(): Place {
    const name = `g${this.opened++}`
    const gate = (): Promise<number> => new Promise((go) => this.gates.push({ at: place, go }))
    const facilitator: Facilitator = {
      supported: async () => ({ kinds: [], extensions: [], signers: {} }),
      verify: async ({ payment }) => {
        if ((await gate()) % 5 === 1) throw new FacilitatorError('it is down')
        return { status: 'valid', payer: payerOf(payment.payload) }
      },
      settle: async ({ payment }, { resume = false } = {}) => {
        const { signature } = payment.payload as { signature: string }
        const payer = payerOf(payment.payload)
        const choice = await gate()
        const settled = (): Settlement => {
          this.transfers.set(signature, 'seen')
          return { status: 'settled', transaction: `0x${'00'.repeat(32)}`, payer, amount: dollarCent }
        }
        const known = this.transfers.get(signature)
        if (known === 'moved' || known === 'seen') return choice % 5 === 3 ? { status: 'unknown' } : settled()
        if (known === 'waiting') return { status: 'unknown' }
        if (resume) return { status: 'failed', reason: 'never sent' }
        switch (choice % 5) {
          case 1:
            throw new FacilitatorError('it is down')
          case 2:
            return { status: 'failed', reason: 'reverted' }
          case 3:
            this.transfers.set(signature, 'moved')
            return { status: 'unknown' }
          case 4:
            this.transfers.set(signature, 'waiting')
            return { status: 'unknown' }
          default:
            return settled()
        }
      },
    }
    const shop = openShop({ name, db: this.db, clock: this.clock, facilitator, creditLimit: dollarCent })
    const { mode } = this
    const ask = shop.gateway.protect({ route: 'weather', price: '$0.01', mode }, async (request) => {
      const choice = (await gate()) % 4
      if (choice === 1) throw new TypeError('no weather')
      return choice === 2 ? new Response('no', { status: 500 }) : new Response(`fair in ${request.url.slice(-4)}`)
    })
    const place = { shop, ask }
    return place
  }

  /** Presents payment `n` for a city. */
  async pay(at: number, n: number, city: number): Promise<void> {
    const place = this.places[at % 2] as Place
    const url = `https://shop.example/weather?in=${cities[city % 2]}`
    const signature = `0x0${n + 1}`
    const request = place.ask(new Request(url)).then((challenge) => {
      const headers = payFor(challenge, { signature, nonce: `0x0${n + 1}${'00'.repeat(31)}`, validBefore: 2_000_000 })
      return place.ask(new Request(url, { headers }))
    })
    const done = request
      .then(async (response) => {
        if (response.status !== 200) return
        const got = this.contents.get(signature) ?? new Set()
        this.contents.set(signature, got.add(await response.text()))
      })
      .catch(() => undefined)
      .finally(() => this.asked.delete(done))
    this.asked.add(done)
    await quiet()
  }

  /** Lets one of those who wait go on. */
  async step(which: number, choice: number): Promise<void> {
    const [gate] = this.gates.splice(which % Math.max(1, this.gates.length), 1)
    gate?.go(choice)
    await quiet()
  }

  /** Ends a gateway as a power cut does, and starts another in its place. */
  async crash(at: number): Promise<void> {
    const gone = this.places[at % 2]
    this.gates = this.gates.filter((gate) => gate.at !== gone)
    this.places[at % 2] = this.open()
    this.asked.clear()
    await quiet()
  }

  /** Time passes; a gateway that stalls gives no sign of life meanwhile. */
  async pass(stalls: number): Promise<void> {
    await this.clock.advance(11_000)
    for (const [index, { shop }] of this.places.entries())
      if (index !== stalls) shop.gateway.ledger.alive(this.clock.now() + 10_000)
    await quiet()
  }

  async work(at: number): Promise<void> {
    const work = this.places[at % 2]?.shop.gateway.payments.work({ signal: AbortSignal.timeout(60_000) })
    work?.catch(() => undefined)
    await quiet()
  }

  /** What waits to be in a block lands or vanishes; what nobody was told of may vanish from its block too. */
  chain(choice: number): void {
    for (const [signature, state] of this.transfers) {
      if (state === 'seen') continue
      if (choice % 3 === 0) this.transfers.delete(signature)
      else this.transfers.set(signature, 'moved')
    }
  }

  /** Everything comes to its end: nothing fails any more. */
  async end(): Promise<void> {
    for (let round = 0; round < 4; round++) {
      this.chain(1)
      for (let n = 0; n < 60 && this.gates.length > 0; n++) await this.step(0, 0)
      await this.pass(-1)
      for (const at of [0, 1]) await this.work(at)
    }
    for (let n = 0; n < 60 && this.gates.length > 0; n++) await this.step(0, 0)
  }
}

function payerOf(payload: object): Address {
  return (payload as { authorization: { from: Address } }).authorization.from
}

/** Lets all that can go on without the world do so. */
async function quiet(): Promise<void> {
  for (let n = 0; n < 4; n++) await new Promise((resolve) => setImmediate(resolve))
}

const small = fc.nat(20)
const act = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('pay' as const), at: fc.nat(1), n: fc.nat(2), city: fc.nat(1) }),
  },
  { weight: 8, arbitrary: fc.record({ type: fc.constant('step' as const), which: small, choice: small }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('crash' as const), at: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('pass' as const), stalls: fc.integer({ min: -1, max: 1 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('work' as const), at: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('chain' as const), choice: small }) },
)

test.each(['after', 'before', 'deferred'] as const)(
  'sell() in mode "%s" takes money once, for content or a claim to it, in any order of payments, crashes and losses',
  async (mode) => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 40 }), async (acts) => {
        const world = new World(mode)
        for (const one of acts) {
          if (one.type === 'pay') await world.pay(one.at, one.n, one.city)
          else if (one.type === 'step') await world.step(one.which, one.choice)
          else if (one.type === 'crash') await world.crash(one.at)
          else if (one.type === 'pass') await world.pass(one.stalls)
          else if (one.type === 'work') await world.work(one.at)
          else world.chain(one.choice)
        }
        await world.end()
        const [{ shop }] = world.places as [Place]
        const rows = new Map(shop.gateway.ledger.list({ limit: 99 }).map((row) => [row.key.slice(-64, -62), row]))
        const receipts = [...shop.receipts.list()].map(({ id }) => id.slice(-64, -62))
        // Each charge has one receipt, and each receipt a charge.
        expect(receipts.toSorted()).toEqual(
          [...world.transfers.keys()].map((signature) => signature.slice(2)).toSorted(),
        )
        for (const [n, { state }] of rows)
          expect([n, state]).toEqual([n, expect.stringMatching(/^(?:settled|delivered|failed|lost|refund-due)$/)])
        // Content is of one kind, and was charged, or is on record as a loss.
        for (const [signature, contents] of world.contents) {
          expect([signature, contents.size]).toEqual([signature, 1])
          if (!world.transfers.has(signature)) expect(rows.get(signature.slice(2))?.state).toBe('lost')
        }
        // What was charged and brought nothing can be claimed by the same payment.
        for (const signature of world.transfers.keys()) {
          if (world.contents.has(signature)) continue
          const city = rows.get(signature.slice(2))?.binding.endsWith('Oslo') === true ? 1 : 0
          await world.pay(0, Number(signature.slice(3)) - 1, city)
          await world.end()
          expect([signature, world.contents.get(signature)?.size]).toEqual([signature, 1])
        }
      }),
      { numRuns: 60 },
    )
  },
  60_000,
)
