/** Why a slot did not answer, told by type and status code, never by text. */

import {
  APICallError,
  EmptyResponseBodyError,
  InvalidResponseDataError,
  JSONParseError,
  LoadAPIKeyError,
  NoContentGeneratedError,
  TypeValidationError,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider'
import { describeError, redact, SalpError } from '@salp/core'

/** What kind of failure it was. */
export type SlotFailureKind =
  /** 401, 402, 403 or no key: nothing will change until a person does something. */
  | 'unauthorized'
  /** 429. */
  | 'rate-limited'
  /** 404: no such model. */
  | 'missing'
  /** 413: the prompt does not fit. */
  | 'too-large'
  /** Any other 4xx, or a feature the model lacks: this request is not for this slot. */
  | 'rejected'
  /** 408, 409, 5xx, or a connection that broke. */
  | 'unavailable'
  /** Nobody listens there. */
  | 'unreachable'
  /** A reply that breaks its own format. */
  | 'malformed'
  /** A reply without content, or of one character over and over. */
  | 'empty'
  /** No part arrived for too long. */
  | 'silent'

/** A failure as plain data. */
export interface SlotFailure {
  readonly kind: SlotFailureKind
  readonly statusCode?: number | undefined
  /** How long the provider asks to wait, in ms. */
  readonly retryAfterMs?: number | undefined
  /** What the provider said, without secrets, for a reader. */
  readonly detail: string
}

/** What each kind means for the slot. */
export const failureTraits: Readonly<
  Record<SlotFailureKind, { readonly retryable: boolean; readonly circuit: 'opens' | 'counts' | 'ignores' }>
> = {
  unauthorized: { retryable: false, circuit: 'opens' },
  'rate-limited': { retryable: true, circuit: 'ignores' },
  missing: { retryable: false, circuit: 'ignores' },
  'too-large': { retryable: false, circuit: 'ignores' },
  rejected: { retryable: false, circuit: 'ignores' },
  unavailable: { retryable: true, circuit: 'counts' },
  unreachable: { retryable: true, circuit: 'ignores' },
  malformed: { retryable: true, circuit: 'counts' },
  empty: { retryable: true, circuit: 'counts' },
  silent: { retryable: true, circuit: 'counts' },
}

/** Tells what `error`, thrown or streamed by a model, means. @param now - ms since the epoch, for dates in headers. */
export function classifyFailure(error: unknown, now: number): SlotFailure {
  if (error instanceof UselessReply) return { kind: error.kind, detail: error.message }
  const detail = redact(detailOf(error)).slice(0, 500)
  if (APICallError.isInstance(error)) {
    const { statusCode, responseHeaders } = error
    return {
      kind: kindOfStatus(statusCode),
      ...(statusCode === undefined ? {} : { statusCode }),
      ...retryAfter(responseHeaders, now),
      detail,
    }
  }
  if (SalpError.is(error, 'models/prompt-too-long')) return { kind: 'too-large', detail }
  if (LoadAPIKeyError.isInstance(error)) return { kind: 'unauthorized', detail }
  if (UnsupportedFunctionalityError.isInstance(error)) return { kind: 'rejected', detail }
  const malformed =
    EmptyResponseBodyError.isInstance(error) ||
    InvalidResponseDataError.isInstance(error) ||
    JSONParseError.isInstance(error) ||
    NoContentGeneratedError.isInstance(error) ||
    TypeValidationError.isInstance(error)
  return { kind: malformed ? 'malformed' : 'unavailable', detail }
}

function kindOfStatus(status: number | undefined): SlotFailureKind {
  if (status === undefined) return 'unreachable'
  if (status >= 500 || status === 408 || status === 409) return 'unavailable'
  if (status === 429) return 'rate-limited'
  if (status === 401 || status === 402 || status === 403) return 'unauthorized'
  if (status === 404) return 'missing'
  if (status === 413) return 'too-large'
  return status >= 400 ? 'rejected' : 'malformed'
}

/** Text of an error; a provider may also stream one as plain data. */
function detailOf(error: unknown): string {
  if (error instanceof Error) return describeError(error)
  const { message } = typeof error === 'object' && error !== null ? (error as { message?: unknown }) : {}
  return typeof message === 'string' ? message : String(error)
}

/** @see RFC 9110, section 10.2.3; `retry-after-ms` is OpenAI's. */
function retryAfter(headers: Record<string, string> | undefined, now: number): { retryAfterMs?: number } {
  const inMs = Number(headers?.['retry-after-ms'] ?? Number.NaN)
  if (inMs >= 0) return { retryAfterMs: inMs }
  const value = headers?.['retry-after']
  if (value === undefined) return {}
  const delay = /^\s*[\d.]+\s*$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now
  return Number.isFinite(delay) ? { retryAfterMs: Math.max(0, delay) } : {}
}

/** A reply that came, and is of no use. */
export class UselessReply extends SalpError {
  readonly kind: 'empty' | 'malformed' | 'silent'
  constructor(kind: UselessReply['kind'], message: string) {
    super(`models/${kind}`, message, { retryable: true })
    this.kind = kind
  }
}

/** A prompt that leaves no room for an answer. */
export class PromptTooLongError extends SalpError {
  /** Tokens of the prompt. */
  readonly promptTokens: number
  /** Tokens that prompt and answer may have together. */
  readonly contextTokens: number
  constructor(model: string, { promptTokens, contextTokens }: { promptTokens: number; contextTokens: number }) {
    super(
      'models/prompt-too-long',
      `Cannot ask "${model}": the prompt has ${promptTokens} tokens, and its context ${contextTokens}. Shorten it, or open the model with a larger context`,
    )
    this.promptTokens = promptTokens
    this.contextTokens = contextTokens
  }
}
