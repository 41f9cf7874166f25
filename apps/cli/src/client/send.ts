/** How the parts of the client send their requests. */

/** Options of a request. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined
}

/** Options of sending one. */
export interface SendOptions extends RequestOptions {
  readonly body?: unknown
  /** Closes the connection afterwards. */
  readonly once?: boolean | undefined
}

/** Sends with the token, and again where that is safe. Rejects with an `ApiError`, a `NodeSilentError` or the signal's reason. */
export interface Send {
  send(method: string, path: string, options?: SendOptions): Promise<Response>
  /** Gives the JSON of the answer. */
  request<Answer>(method: string, path: string, options?: SendOptions): Promise<Answer>
}
