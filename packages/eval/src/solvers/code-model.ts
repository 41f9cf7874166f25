/** What solvers ask of a language model. */

/** Something that was said, to the model or by it. */
export interface ModelMessage {
  readonly role: 'user' | 'assistant'
  readonly text: string
}

/** What a model said, and what that cost. */
export interface ModelReply {
  readonly text: string
  /** In and out together; 0 where nothing was reported. */
  readonly tokens: number
  /** 0 where no price is known. */
  readonly costUsd: number
}

/** A language model. */
export interface CodeModel {
  /** Names it in the history. */
  readonly name: string
  /**
   * Replies to what was said.
   *
   * @param options - `temperature`: 0 for the likeliest reply, more for replies that differ.
   * @throws What keeps it from replying.
   */
  reply(
    messages: readonly ModelMessage[],
    options: { readonly temperature: number; readonly signal: AbortSignal },
  ): Promise<ModelReply>
}

/** Adds up what replies cost. */
export function spentOn(replies: readonly ModelReply[]): Pick<ModelReply, 'tokens' | 'costUsd'> {
  return {
    tokens: replies.reduce((sum, { tokens }) => sum + tokens, 0),
    costUsd: replies.reduce((sum, { costUsd }) => sum + costUsd, 0),
  }
}
