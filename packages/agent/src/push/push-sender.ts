/** The way to a device: what notifications ask of the application. */

/** A device, as its browser said it. */
export interface PushTarget {
  readonly endpoint: string
  readonly keys: { readonly p256dh: string; readonly auth: string }
}

/** What is sent. */
export interface PushMessage {
  /** Read by the device alone; at most some 3,000 bytes of UTF-8. */
  readonly text: string
  readonly urgency: 'normal' | 'high'
  /** How long the push service tries, in s. */
  readonly ttlSeconds: number
}

/** What became of it: `gone` devices are never there again, `later` may succeed, `refused` will not. */
export type PushOutcome = 'taken' | 'gone' | 'later' | 'refused'

/** Encrypts and sends, by RFC 8030, 8291 and 8292. */
export interface PushSender {
  /** As base64url; browsers subscribe with it. */
  readonly publicKey: string
  /** Why an address may not be told, or nothing. */
  problem(endpoint: string): string | undefined
  /** Sends one message. @throws The signal's reason if it aborts, nothing else. */
  send(target: PushTarget, message: PushMessage, options: { signal: AbortSignal }): Promise<PushOutcome>
}
