/** Messages of a session as the node keeps them for user interfaces, as far as a transcript needs them. */

/** One part of a message; parts of other types are passed over. */
export interface TranscriptPart {
  readonly type: string
  readonly text?: string | undefined
  readonly toolName?: string | undefined
  readonly state?: string | undefined
  readonly input?: unknown
  readonly output?: unknown
  readonly errorText?: string | undefined
}

/** One message. */
export interface TranscriptMessage {
  readonly role: 'user' | 'assistant' | 'system'
  readonly parts: readonly TranscriptPart[]
}
