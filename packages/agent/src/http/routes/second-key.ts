/** Where partners ask for the second key of this agent's owner. */

import type { Clock } from '@salp/core'
import { z } from 'zod'
import type { Agent } from '../../agent.js'
import type { Answer } from '../../governance/approval.js'
import type { Sha256 } from '../../governance/audit.js'
import { hashOfRequest } from '../../governance/second-key.js'
import {
  answerText,
  askText,
  type KeyAnswer,
  type KeyRequest,
  keyAnswerSchema,
  keyRequestSchema,
  type Partner,
  type Signer,
  secondKeyPath,
} from '../../governance/second-key-partners.js'
import { RequestError } from '../problem.js'
import { defineRoute, type Route } from '../route.js'

/** What the route works with. */
export interface SecondKeyRouteDeps {
  readonly agent: Pick<Agent, 'approvals' | 'store'>
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly signer: Signer
  readonly sha256: Sha256
  /** By the names that the owner calls them. */
  readonly partners: Readonly<Record<string, Partner>>
}

/** How long a request is held before its sender has to ask again, in ms. */
const heldMs = 20_000
/** Requests that wait for the owner. */
const mostWaiting = 20
const sessionId = 'second-keys'

/** Creates the route. It is open, and answers those alone who sign with a key that the owner has named. */
export function secondKeyRoutes({ agent, clock, signer, sha256, partners }: SecondKeyRouteDeps): readonly Route[] {
  const waiting = new Map<string, Promise<Answer>>()
  const never = new AbortController().signal

  const partnerOf = (request: KeyRequest): string => {
    const known = Object.entries(partners).find(([, { publicKey }]) => publicKey === request.from)
    const holds =
      known !== undefined &&
      signer.isSigned(askText(request, signer.publicKey), { publicKey: request.from, signature: request.signature }) &&
      request.hash === hashOfRequest(request, sha256) &&
      clock.now() < request.expiresAt
    if (!holds) throw new RequestError(403, 'agent/second-key', 'No partner of this agent asks so')
    return known[0]
  }

  const askOwner = (name: string, { hash, tool, input, reasons }: KeyRequest): Promise<Answer> => {
    if (agent.store.get(sessionId) === undefined) agent.store.create({ id: sessionId, title: 'Second keys' })
    const risk = { level: 'high' as const, reasons: [`"${name}" asks for your key to call ${tool} there`, ...reasons] }
    const shown = { peer: name, tool, input }
    return agent.approvals.request(
      {
        callId: `key-${hash}`,
        sessionId,
        turnId: hash,
        tool: 'second_key',
        input: shown,
        effect: 'none',
        risk,
        grant: `second_key: ${hash}`,
      },
      never,
    )
  }

  const sign = (request: KeyRequest, answer: Answer): KeyAnswer => {
    // Their call is theirs to change.
    const approved = answer.status === 'approved' && answer.input === undefined
    const status = approved ? 'approved' : 'denied'
    const reason = answer.status === 'approved' ? 'its owner wants another input' : (answer.reason ?? answer.status)
    return { status, ...(!approved && { reason }), signature: signer.sign(answerText(status, request)) }
  }

  return [
    defineRoute({
      method: 'post',
      path: secondKeyPath,
      summary: 'Asks the owner for a second key, for partners that sign; "waiting" means to ask again',
      open: true,
      body: keyRequestSchema,
      response: keyAnswerSchema,
      async answer({ body }): Promise<KeyAnswer> {
        const name = partnerOf(body)
        if (!waiting.has(body.hash) && waiting.size >= mostWaiting)
          throw new RequestError(429, 'agent/second-key', 'Too many wait for the owner already')
        const asked = waiting.get(body.hash) ?? askOwner(name, body)
        waiting.set(body.hash, asked)
        const settled = asked.finally(() => waiting.delete(body.hash))
        const timer = new AbortController()
        const answer = await Promise.race([
          settled,
          clock.sleep(heldMs, { signal: timer.signal }).then(
            () => undefined,
            () => undefined,
          ),
        ])
        timer.abort()
        return answer === undefined ? { status: 'waiting' } : sign(body, answer)
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/policy/key',
      summary: 'Gives the key that partners know this agent by',
      response: z.object({ publicKey: z.string() }),
      answer: () => ({ publicKey: signer.publicKey }),
    }),
  ]
}
