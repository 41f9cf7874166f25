/** Small JSON files of strangers. */

import { BodyTooLarge, readBody } from './read-body.js'

/** Why a file was not read. */
export type FetchProblem = 'unreachable' | 'status' | 'content-type' | 'too-large' | 'not-json'

/** A file, or why not. */
export type Fetched =
  | { readonly status: 'ok'; readonly text: string; readonly value: unknown }
  | { readonly status: 'failed'; readonly problem: FetchProblem }

/**
 * Fetches JSON: no redirects, no more than `maxBytes`, within `timeoutMs`, and only what says that it is JSON.
 *
 * @throws The signal's reason if it aborts.
 */
export async function fetchJson(
  fetch: typeof globalThis.fetch,
  url: string,
  { maxBytes, timeoutMs, signal }: { maxBytes: number; timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<Fetched> {
  signal?.throwIfAborted()
  const failed = (problem: FetchProblem): Fetched => ({ status: 'failed', problem })
  const deadline = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(url, {
      redirect: 'error',
      headers: { accept: 'application/json' },
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    })
    if (!response.ok) return failed('status')
    if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(response.headers.get('content-type') ?? '')) {
      return failed('content-type')
    }
    return parse(await readBody(response, maxBytes))
  } catch (error) {
    signal?.throwIfAborted()
    return failed(error instanceof BodyTooLarge ? 'too-large' : 'unreachable')
  }
}

/** Reads the JSON that a `data:` URI holds; `undefined` for other URIs. */
export function readDataUri(uri: string, maxBytes: number): Fetched | undefined {
  const [, base64] = /^data:application\/json(?:;charset=utf-8)?;base64,([A-Za-z0-9+/]*={0,2})$/i.exec(uri) ?? []
  if (base64 === undefined) return undefined
  if (base64.length > maxBytes * 1.34 + 4) return { status: 'failed', problem: 'too-large' }
  try {
    return parse(new TextDecoder().decode(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))))
  } catch {
    return { status: 'failed', problem: 'not-json' }
  }
}

/** Writes JSON as a `data:` URI. */
export function toDataUri(text: string): string {
  const letters = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte))
  return `data:application/json;base64,${btoa(letters.join(''))}`
}

function parse(text: string): Fetched {
  try {
    return { status: 'ok', text, value: JSON.parse(text) }
  } catch {
    return { status: 'failed', problem: 'not-json' }
  }
}
