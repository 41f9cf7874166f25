/** Places of the agent's own workings that cognitive cartridges may take over. */

import {
  type Candidate,
  createPort,
  openPortStore,
  type Port,
  type PortDecision,
  type PortView,
  type Workshop,
  type WorkshopEvents,
} from '@salp/cartridge'
import { createCartridgeHost, memoryKvStore } from '@salp/cartridge/host'
import { scriptEngine } from '@salp/cartridge/node'
import type { Forecaster, ForecastQuestion } from '@salp/cognition'
import {
  type Clock,
  describeError,
  type Logger,
  type Rng,
  SalpError,
  type SqlDatabase,
  type Subscriber,
} from '@salp/core'
import { z } from 'zod'

/** What ports ask of the node. */
export interface PortsDeps {
  readonly db: SqlDatabase
  readonly clock: Clock
  readonly rng: Rng
  readonly log: Logger
  readonly events: Subscriber<WorkshopEvents>
  readonly workshop: Pick<Workshop, 'get' | 'list' | 'program' | 'version'>
}

/** The ports of a node. */
export interface Ports {
  /** Expects how calls will go, by whoever has the port `forecast`. */
  readonly forecaster: Forecaster
  list(): PortView[]
  /** Puts back who had a place before, and lets others run beside. */
  start(): void
  /** Waits for what is under way. */
  close(): Promise<void>
}

const count = z.number().min(0)
const chance = z.number().gt(0).lt(1)
const questionSchema: z.ZodType<ForecastQuestion> = z.object({
  ...{ tool: z.string(), situation: z.string(), answered: count, failed: count, works: chance },
})

/** Names of all ports. */
export const portNames = ['forecast'] as const

/** What a question may cost: some ten ms at the very worst, since the agent waits. */
const limits = { fuel: 2_000_000, initFuel: 20_000_000, memoryPages: 64 }

/** Creates the ports; nothing is measured before `start()`. */
export function createPorts({ db, clock, rng, log, events, workshop }: PortsDeps): Ports {
  const host = createCartridgeHost({
    ...{ clock, rng, kv: memoryKvStore(), events: { publish: () => undefined }, log: () => undefined, scriptEngine },
  })
  let last: Promise<void> = Promise.resolve()

  const onDecision = (port: string, { cartridge, version, decision, why }: PortDecision): void => {
    log.info('A port decided', { port, cartridge, version, decision, why })
    if (decision === 'refused' || decision === 'rolled-back') host.unload(nameOf(cartridge, version))
  }
  const forecast = createPort<ForecastQuestion, { works: number }, boolean>(
    {
      name: portNames[0],
      description: 'Chance that a call of a tool is answered; it orders calls and decides what is tried',
      contract:
        'In: {"tool":"read_file","situation":"code","answered":3,"failed":1,"works":0.72}; the counts fade, and works is what is expected without you. Out: {"works":0.8}, between 0 and 1 and neither.',
      input: questionSchema,
      output: z.object({ works: chance }),
      truth: z.boolean(),
      builtIn: ({ works }) => ({ works }),
      // Brier's score.
      loss: ({ works }, answered) => (works - (answered ? 1 : 0)) ** 2,
    },
    { clock, store: openPortStore(db, { port: portNames[0] }), onDecision },
  )
  const ports: ReadonlyMap<
    string,
    Pick<Port<never, never, never>, 'name' | 'propose' | 'restore' | 'withdraw' | 'view'>
  > = new Map([[forecast.name, forecast]])

  /** A version as a candidate: loaded here, in this thread, with nothing but its fuel. */
  const candidateOf = async (cartridge: string): Promise<Candidate> => {
    const { version, program } = await workshop.program(cartridge)
    const id = nameOf(cartridge, version)
    await host.load({ ...program, id, capabilities: [], callTargets: [], limits })
    return { cartridge, version, invoke: (value) => host.call(id, 'invoke', { value }).output }
  }

  /** Brings the ports up to date with one cartridge. */
  const follow = async (cartridge: string): Promise<void> => {
    const wanted = wantedPort(cartridge)
    for (const [name, port] of ports) {
      if (name !== wanted) port.withdraw(cartridge, 'it no longer asks for this place')
    }
    const port = wanted === undefined ? undefined : ports.get(wanted)
    if (port === undefined) return
    const candidate = await candidateOf(cartridge)
    port.restore(candidate)
    port.propose(candidate)
  }

  /** The port that the active version of a cartridge asks for. */
  const wantedPort = (cartridge: string): string | undefined => {
    try {
      const { version, kind } = workshop.get(cartridge)
      return version === undefined || kind !== 'cognitive' ? undefined : workshop.version(cartridge, version).draft.port
    } catch (error) {
      if (SalpError.is(error, 'cartridge/unknown')) return undefined
      throw error
    }
  }

  const enqueue = (cartridge: string): void => {
    last = last
      .then(() => follow(cartridge))
      .catch((error: unknown) =>
        log.warn('A cartridge cannot take its port', { cartridge, error: describeError(error) }),
      )
  }
  const stop = events.subscribe('cartridge:changed', ({ cartridge }) => enqueue(cartridge))

  return {
    forecaster: {
      forecast: (question) => forecast.run(question).works,
      learn: (question, answered) => forecast.learn(question, answered),
    },
    list: () => [...ports.values()].map((port) => port.view()),
    start() {
      for (const { id, kind } of workshop.list()) if (kind === 'cognitive') enqueue(id)
    },
    async close() {
      stop()
      await last
    },
  }
}

function nameOf(cartridge: string, version: number): string {
  return `${cartridge}@${version}`
}
