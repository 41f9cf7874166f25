/** Which headers cross the proxy: those on a list, and no others, either way. */

/** Request headers that an upstream gets to see. Credentials, payments and forwarding marks are not among them. */
const requestNames: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'content-encoding',
  'content-language',
  'content-length',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-event-id',
  'mcp-protocol-version',
  'mcp-session-id',
  'prefer',
  'range',
  'traceparent',
  'tracestate',
  'user-agent',
])

/** Response headers that a client gets to see. `location` and `cache-control` are rewritten on the way. */
const responseNames: ReadonlySet<string> = new Set([
  'accept-ranges',
  'allow',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-range',
  'content-type',
  'etag',
  'last-modified',
  'mcp-protocol-version',
  'mcp-session-id',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'vary',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
])

/** Picks the headers that go on to an upstream. What a `Connection` header names stays behind, listed or not. */
export function requestHeaders(from: Headers): Headers {
  return pick(from, requestNames)
}

/**
 * Picks the headers that go back to a client, and adds what keeps an answer of a stranger harmless.
 *
 * It may be kept by the client alone (`private`), is not guessed at (`nosniff`), and a browser that shows it runs none
 * of its scripts and gives it no part in our origin (`sandbox`). No name starts with `payment-`, `x-payment`, `x-402` or
 * is `settlement-overrides`: those are the gateway's to say.
 */
export function responseHeaders(from: Headers): Headers {
  const headers = pick(from, responseNames)
  headers.set('cache-control', cacheControl(from.get('cache-control')))
  headers.set('content-security-policy', 'sandbox')
  headers.set('x-content-type-options', 'nosniff')
  return headers
}

function pick(from: Headers, names: ReadonlySet<string>): Headers {
  const named = new Set((from.get('connection') ?? '').split(',').map((name) => name.trim().toLowerCase()))
  const headers = new Headers()
  for (const [name, value] of from) if (names.has(name) && !named.has(name)) headers.append(name, value)
  return headers
}

/** Directives of an upstream that hold for the client's own cache. */
const kept =
  /^(?:no-store|no-cache|must-revalidate|no-transform|immutable|max-age=\d{1,10}|stale-while-revalidate=\d{1,10})$/

/** Makes a `Cache-Control` private, whatever shared caches were told. */
function cacheControl(value: string | null): string {
  const directives = (value ?? '').split(',').map((directive) => directive.trim().toLowerCase())
  return ['private', ...new Set(directives.filter((directive) => kept.test(directive)))].join(', ')
}

/**
 * Turns a redirect of an upstream into one that stays on the same endpoint.
 *
 * A client may repeat a payment wherever a redirect leads, so it must not lead elsewhere.
 *
 * @param location - As the upstream sent it.
 * @param options - `from`: the URL that was asked for; `target`: the endpoint's; `mount`: its path here, such as `/g/slug`.
 * @returns A path here, or `undefined` if it leads out of the target.
 */
export function rewriteLocation(
  location: string,
  { from, target, mount }: { from: URL; target: URL; mount: string },
): string | undefined {
  const url = URL.parse(location, from.href)
  if (url === null || url.origin !== target.origin || url.username !== '' || url.password !== '') return undefined
  const base = target.pathname.replace(/\/$/, '')
  if (url.pathname !== base && !url.pathname.startsWith(`${base}/`)) return undefined
  return `${mount}${url.pathname.slice(base.length)}${url.search}${url.hash}`
}
