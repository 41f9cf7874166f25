/** Sends payments to a chain: each in a transaction of its own, or all that wait in one. */

import type { IdSource } from '@salp/core'
import type { Sender, SendOutcome } from '@salp/wallet'
import type { Call, Group, Proof, ReadPayment } from '../schemes/scheme.js'
import type { SettlementStore } from './settlements.js'

/** A payment whose signature was proven, and how it is kept. */
export interface Job {
  readonly payment: ReadPayment
  readonly proof: Proof
  readonly row: { readonly key: string; readonly caller: string; readonly claim: string }
}

/** What sending needs. */
export interface SubmitterDeps {
  readonly senders: readonly Sender[]
  readonly settlements: Pick<SettlementStore, 'begin'>
  readonly ids: IdSource
}

/**
 * Creates what sends; each job is on disk with its transaction, before that is sent.
 *
 * Grouped, one transaction of a group is on its way at a time, and the next takes all that arrived meanwhile: the more
 * there is to do, the more goes into one. A payer waits for at most two transactions.
 *
 * @param options - `grouped`: whether to group where a scheme can.
 * @returns Sends a job. @throws What the store throws: nothing was sent then.
 */
export function createSubmitter(
  { senders, settlements, ids }: SubmitterDeps,
  { grouped }: { readonly grouped: boolean },
): (job: Job) => Promise<SendOutcome> {
  const busy = new Map<Sender, number>()
  const lines = new Map<string, Line>()

  const send = async (jobs: readonly Job[], call: Call): Promise<SendOutcome> => {
    const sender = leastBusy(senders, busy)
    const id = `settle:${ids()}`
    const rows = jobs.map(({ row }) => row)
    const noted = (): void => settlements.begin(rows, { sendId: id, sender: sender.address })
    busy.set(sender, (busy.get(sender) ?? 0) + 1)
    try {
      return await sender.send({ id, ...call, noted })
    } finally {
      busy.set(sender, (busy.get(sender) ?? 1) - 1)
    }
  }

  const drain = async (line: Line): Promise<void> => {
    line.moving = true
    while (line.waiting.length > 0) {
      const taken = line.waiting.splice(0, line.group.maxItems)
      const sent = sendTogether(line.group, taken, send)
      for (const { resolve } of taken) resolve(sent)
      await sent.catch(() => undefined)
    }
    line.moving = false
  }

  return (job) => {
    const { payment, proof } = job
    // A contract wallet takes gas of its own measure, which the others should not have to bring.
    if (!grouped || payment.group === undefined || proof.by === 'contract') return send([job], payment.call(proof))
    const { by } = payment.group
    const line = lines.get(by.name) ?? { group: by, waiting: [], moving: false }
    lines.set(by.name, line)
    const { promise, resolve } = Promise.withResolvers<SendOutcome>()
    line.waiting.push({ job, resolve })
    if (!line.moving) void drain(line)
    return promise
  }
}

/** Payments that wait for the same contract. */
interface Line {
  readonly group: Group
  readonly waiting: Waiting[]
  moving: boolean
}

interface Waiting {
  readonly job: Job
  readonly resolve: (outcome: Promise<SendOutcome>) => void
}

async function sendTogether(
  group: Group,
  taken: readonly Waiting[],
  send: (jobs: readonly Job[], call: Call) => Promise<SendOutcome>,
): Promise<SendOutcome> {
  const jobs = taken.map(({ job }) => job)
  const [only] = jobs
  if (only !== undefined && jobs.length === 1) return send(jobs, only.payment.call(only.proof))
  return send(jobs, group.call(jobs.flatMap(({ payment, proof }) => payment.group?.item(proof) ?? [])))
}

function leastBusy(senders: readonly Sender[], busy: ReadonlyMap<Sender, number>): Sender {
  const [first, ...rest] = senders
  if (first === undefined) throw new RangeError('Cannot settle: no account sends')
  return rest.reduce((least, next) => ((busy.get(next) ?? 0) < (busy.get(least) ?? 0) ? next : least), first)
}
