/** One reading of a path, so that what is gated, priced and forwarded is the same value. */

/** A path in its one normal form, or why it has none. */
export type ParsedPath =
  | {
      readonly status: 'parsed'
      /** Normal form: starts with a slash, no empty or dot segment, escapes in upper case and only where needed. */
      readonly path: string
      /** With its question mark, as it came; empty if there is none. */
      readonly query: string
    }
  | { readonly status: 'refused'; readonly reason: string }

/** Characters that stand for themselves in a segment (RFC 3986, `pchar`), less the percent sign. */
const plain = /^[A-Za-z0-9\-._~!$&'()*+,;=:@]$/

/** Characters whose escape means the same as they do (RFC 3986, `unreserved`). */
const unreserved = /^[A-Za-z0-9\-._~]$/

/** Longest path and query, in characters. */
const maxLength = 8_192

/**
 * Reads path and query out of the text of a URL, without the repairs a URL parser makes.
 *
 * Refused is whatever two readers may read differently: dot segments, also with parameters behind them, empty segments,
 * backslashes, escaped slashes, control characters, escapes of escapes, broken escapes, bytes that are no UTF-8, and
 * characters that Unicode turns into dots or slashes. A trailing slash stays.
 *
 * @param url - Complete, or a path alone.
 */
export function parsePath(url: string): ParsedPath {
  const { path: raw, query } = split(url)
  const refused = (reason: string): ParsedPath => ({ status: 'refused', reason })
  if (raw.length + query.length > maxLength) return refused(`it is longer than ${maxLength} characters`)
  if (!raw.startsWith('/'))
    return raw === '' ? { status: 'parsed', path: '/', query } : refused('it has no leading slash')
  if (hasControl(query)) return refused('its query holds control characters')
  const segments = raw.slice(1).split('/')
  const normal: string[] = []
  for (const [index, segment] of segments.entries()) {
    if (segment === '' && index < segments.length - 1) return refused('it has an empty segment')
    const decoded = decode(segment)
    if (decoded === undefined) return refused('it has a broken escape')
    const reason = problemOf(decoded)
    if (reason !== undefined) return refused(reason)
    normal.push(normalise(segment))
  }
  return { status: 'parsed', path: `/${normal.join('/')}`, query }
}

/** Cuts the fragment off, and scheme and host. */
function split(url: string): { path: string; query: string } {
  const [, path = '', query = ''] = /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#\\]*)?([^?#]*)(\?[^#]*)?/.exec(url) ?? []
  return { path, query }
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    // Its one error: a sign without two digits, or bytes that are no UTF-8.
    return undefined
  }
}

function problemOf(decoded: string): string | undefined {
  if (hasControl(decoded)) return 'it holds control characters'
  if (/%[0-9a-fA-F]{2}/.test(decoded)) return 'it is escaped twice'
  // Compatibility forms too: some servers fold "／" into a slash and "‥" into two dots.
  const folded = decoded.normalize('NFKC')
  if (/[/\\]/.test(folded)) return 'it has a slash or a backslash within a segment'
  if (/^\.{1,2}(?:;|$)/.test(folded)) return 'it has a dot segment'
  return undefined
}

function hasControl(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text)
}

/** Writes each character the one way: plain where it may be, an escape that matters as an escape. */
function normalise(segment: string): string {
  return segment.replace(/%[0-9a-fA-F]{2}|[^%]/gu, (part) => {
    if (part.length < 3 || !part.startsWith('%')) return plain.test(part) ? part : encodeURIComponent(part)
    const character = String.fromCharCode(Number.parseInt(part.slice(1), 16))
    return unreserved.test(character) ? character : part.toUpperCase()
  })
}

/** Where a path under a mount point leads. */
export interface MountedPath {
  readonly slug: string
  /** What follows the slug: empty, or a normal path of its own. */
  readonly rest: string
}

/**
 * Splits `/g/:slug/*rest`.
 *
 * @param path - In normal form.
 * @param mount - Such as `/g`.
 * @returns `undefined` if the path is not under it. `slug` may be empty.
 */
export function splitMounted(path: string, mount: string): MountedPath | undefined {
  if (path === mount) return { slug: '', rest: '' }
  if (!path.startsWith(`${mount}/`)) return undefined
  const inner = path.slice(mount.length + 1)
  const slash = inner.indexOf('/')
  return slash < 0 ? { slug: inner, rest: '' } : { slug: inner.slice(0, slash), rest: inner.slice(slash) }
}

/**
 * Tells whether some reader could take a refused path for one under `mount`: unescaped thrice, slashes mended, case
 * ignored. Such a request is answered with a refusal rather than left to other routes.
 */
export function mayBeMounted(url: string, mount: string): boolean {
  let text = split(url).path
  for (let round = 0; round < 3; round++) {
    text = text.replace(/%([0-9a-fA-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
  }
  const mended = `${text.replace(/[\\/]+/g, '/').toLowerCase()}/`
  return mended.includes(`${mount.toLowerCase()}/`)
}

/**
 * Joins what follows the slug to a target, never above it.
 *
 * @param target - As a registry keeps it: its path in normal form, no query.
 * @param rest - As {@link splitMounted} gives it.
 * @param query - With its question mark, or empty.
 */
export function joinTarget(target: URL, rest: string, query: string): URL {
  const path = `${target.pathname.replace(/\/$/, '')}${rest}` || '/'
  const joined = new URL(`${path}${query}`, target.origin)
  // Two parsers agreed about the parts; this holds them to it.
  if (joined.origin !== target.origin || joined.pathname !== path)
    throw new RangeError(`Cannot join "${rest}" to a target: it is not in normal form`)
  return joined
}
