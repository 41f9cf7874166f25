/** Second keys between agents: asked by HTTP, answered by the other's owner, signed both ways. */

import type { Clock } from '@salp/core'
import { SalpError } from '@salp/core'
import { z } from 'zod'
import type { SecondKey } from './second-key.js'

/** An agent whose owner may give a second key, and may ask for one. */
export const partnerSchema = z.object({
  /** Address of its node. */
  url: z.url({ protocol: /^https?$/ }),
  /** What it signs with, as `salp policy key` shows it there. */
  publicKey: z.base64().min(32).max(200),
})

/** An agent whose owner may give a second key, and may ask for one. */
export type Partner = z.infer<typeof partnerSchema>

/** Signs for this agent, and checks what others signed. */
export interface Signer {
  /** Base64. */
  readonly publicKey: string
  sign(text: string): string
  isSigned(text: string, by: { readonly publicKey: string; readonly signature: string }): boolean
}

/** What is sent. */
export const keyRequestSchema = z.object({
  from: z.string().max(200),
  callId: z.string().max(200),
  peer: z.string().max(200),
  tool: z.string().max(200),
  input: z.json(),
  reasons: z.array(z.string().max(500)).max(50),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** ms since the epoch. */
  expiresAt: z.number().int(),
  signature: z.string().max(500),
})

/** What is sent. */
export type KeyRequest = z.infer<typeof keyRequestSchema>

/** What comes back; `waiting`: ask again. */
export const keyAnswerSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('waiting') }),
  z.object({
    status: z.enum(['approved', 'denied']),
    reason: z.string().max(2_000).optional(),
    signature: z.string().max(500),
  }),
])

/** What comes back. */
export type KeyAnswer = z.infer<typeof keyAnswerSchema>

/** Where it is asked. */
export const secondKeyPath = '/api/second-key'

/** The text under a request. The one who is asked is part of it, so that it can be shown to nobody else. */
export function askText({ hash, expiresAt }: Pick<KeyRequest, 'hash' | 'expiresAt'>, to: string): string {
  return `salp second key ask ${hash} ${expiresAt} ${to}`
}

/** The text under an answer. */
export function answerText(
  status: 'approved' | 'denied',
  { hash, expiresAt }: Pick<KeyRequest, 'hash' | 'expiresAt'>,
): string {
  return `salp second key ${status} ${hash} ${expiresAt}`
}

const day = 86_400_000

/** Creates what asks. `partners`: by the names that rules use. */
export function createSecondKeys(
  {
    fetch,
    clock,
    signer,
  }: { readonly fetch: typeof globalThis.fetch; readonly clock: Pick<Clock, 'now'>; readonly signer: Signer },
  { partners }: { readonly partners: Readonly<Record<string, Partner>> },
): SecondKey {
  return {
    async ask(request, { signal }) {
      const partner = Object.hasOwn(partners, request.peer) ? partners[request.peer] : undefined
      if (partner === undefined) throw new SecondKeyError(request.peer, 'agent.secondKeys does not name it')
      const { url, publicKey } = partner
      const asked = {
        ...request,
        reasons: request.reasons.map((reason) => reason.slice(0, 500).toWellFormed()).slice(0, 50),
      }
      const body = { ...asked, from: signer.publicKey, expiresAt: clock.now() + day }
      const text = JSON.stringify({ ...body, signature: signer.sign(askText(body, publicKey)) })
      for (;;) {
        const response = await fetch(new URL(secondKeyPath, url), {
          ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: text, signal },
        })
        if (!response.ok) throw new SecondKeyError(request.peer, `it answered ${response.status}`)
        const answer = keyAnswerSchema.parse(await response.json())
        if (answer.status === 'waiting') continue
        const { status, reason, signature } = answer
        if (!signer.isSigned(answerText(status, body), { publicKey, signature }))
          throw new SecondKeyError(request.peer, 'its answer is not signed with its key')
        return status === 'approved' ? { status, hash: request.hash } : { status, reason }
      }
    },
  }
}

/** A second key that could not be asked for, or is not to be given: `agent/second-key`. */
export class SecondKeyError extends SalpError {
  constructor(peer: string, why: string) {
    super('agent/second-key', `Cannot ask "${peer}" for a second key: ${why}`)
  }
}
