/** Finds language models: servers on this machine, keys in the environment. */

import { SalpError } from '@salp/core'
import { z } from 'zod'
import { type KeyProvider, keyProviders, type LocalServer, localServers } from './providers.js'

/** What looking around asks of the application. */
export interface DetectionDeps {
  readonly fetch: typeof globalThis.fetch
}

/** A server that answered. */
export interface DetectedServer extends LocalServer {
  /** Models it offers that can chat, in its order; at least one. */
  readonly models: readonly string[]
}

/** A key that was found. */
export interface DetectedKey {
  readonly provider: KeyProvider
  /** The variable that held it. */
  readonly variable: string
  /** Secret. */
  readonly key: string
}

const modelListSchema = z.object({ data: z.array(z.object({ id: z.string() })) })

/** Models of other kinds that a list may hold as well. */
const notForChat = /embed|bge-|rerank|whisper|tts|moderation|dall-e|stable-diffusion/i

/**
 * Asks the well-known servers, all at once, for their models.
 *
 * @param options - `timeoutMs`: how long each may take, default 500. `servers`: whom to ask, default {@link localServers}.
 * @returns Those that answered with at least one model, in the order asked.
 * @throws The signal's reason if it aborts.
 */
export async function detectServers(
  { fetch }: DetectionDeps,
  {
    timeoutMs = 500,
    servers = localServers,
    signal,
  }: {
    timeoutMs?: number | undefined
    servers?: readonly LocalServer[] | undefined
    signal?: AbortSignal | undefined
  } = {},
): Promise<DetectedServer[]> {
  const found = await Promise.all(
    servers.map(async (server): Promise<DetectedServer[]> => {
      try {
        const models = await listModels({ fetch }, server.url, { timeoutMs, signal })
        return models.length > 0 ? [{ ...server, models }] : []
      } catch (error) {
        signal?.throwIfAborted()
        if (SalpError.is(error, 'models/unreachable')) return []
        throw error
      }
    }),
  )
  return found.flat()
}

/**
 * Asks an OpenAI-compatible endpoint for its models.
 *
 * @param url - Base URL, such as `http://127.0.0.1:11434/v1`.
 * @param options - `timeoutMs`: default 5,000.
 * @returns Ids of those that can chat.
 * @throws {@link EndpointError} (`models/unreachable`) if it gives no list in time.
 * @throws The signal's reason if it aborts.
 */
export async function listModels(
  { fetch }: DetectionDeps,
  url: string,
  {
    key,
    timeoutMs = 5_000,
    signal,
  }: { key?: string | undefined; timeoutMs?: number | undefined; signal?: AbortSignal | undefined } = {},
): Promise<string[]> {
  signal?.throwIfAborted()
  const deadline = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}/models`, {
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw new EndpointError(url, `it answered HTTP ${response.status}`)
    }
    const list = modelListSchema.safeParse(await response.json())
    if (!list.success) throw new EndpointError(url, 'it did not answer with a list of models')
    return list.data.data.map(({ id }) => id).filter((id) => !notForChat.test(id))
  } catch (error) {
    signal?.throwIfAborted()
    if (SalpError.is(error)) throw error
    throw new EndpointError(
      url,
      deadline.aborted ? `nothing came within ${timeoutMs} ms` : 'it cannot be reached',
      error,
    )
  }
}

/** Looks for keys of known providers. @returns One a provider, in order of priority. Empty values do not count. */
export function detectKeys(environment: Readonly<Record<string, string | undefined>>): DetectedKey[] {
  return keyProviders.flatMap((provider) => {
    const variable = provider.variables.find((name) => (environment[name] ?? '').trim() !== '')
    return variable === undefined ? [] : [{ provider, variable, key: (environment[variable] ?? '').trim() }]
  })
}

/** An endpoint that does not do what one of its kind does. */
export class EndpointError extends SalpError {
  readonly url: string
  constructor(url: string, why: string, cause?: unknown) {
    const shown = URL.canParse(url) ? new URL(url).origin + new URL(url).pathname : url
    super(
      'models/unreachable',
      `Cannot use the language model at "${shown}": ${why}. Check that it runs and that its URL ends as its documentation says, often in /v1`,
      { cause, retryable: true },
    )
    this.url = shown
  }
}
