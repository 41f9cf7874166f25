/** Which network addresses may be reached on a stranger's word. Works on text alone; resolving names is the caller's part. */

import ipaddr from 'ipaddr.js'

/** `public` is the open internet; the rest must not be reached on a stranger's word. */
export type AddressKind = 'public' | 'loopback' | 'private' | 'link-local' | 'reserved'

/**
 * Classifies an IP address, looking through every form that carries an IPv4 address inside an IPv6 one.
 *
 * @param address - As a resolver or a URL gives it: dotted, hexadecimal, octal or a single number for IPv4; brackets
 * and a zone are taken off IPv6.
 * @returns `undefined` if it is no address but a name.
 */
export function classifyAddress(address: string): AddressKind | undefined {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  if (!ipaddr.isValid(bare)) return undefined
  const parsed = ipaddr.parse(bare)
  if (parsed.kind() === 'ipv4') return kindOf(parsed.range())
  const inner = innerAddress(parsed.toByteArray(), parsed.range())
  return inner === undefined ? kindOf(parsed.range()) : (classifyAddress(inner) ?? 'reserved')
}

/** The IPv4 address within an IPv6 one, dotted. */
function innerAddress(bytes: readonly number[], range: string): string | undefined {
  const dotted = (start: number): string => bytes.slice(start, start + 4).join('.')
  if (range === '6to4') return dotted(2)
  if (range === 'ipv4Mapped' || range === 'rfc6145' || range === 'rfc6052') return dotted(12)
  const startsWith = (prefix: readonly number[]): boolean => prefix.every((byte, index) => bytes[index] === byte)
  // Local-use NAT64 (RFC 8215), the deprecated IPv4-compatible form (RFC 4291), and ISATAP (RFC 5214).
  if (startsWith([0, 0x64, 0xff, 0x9b, 0, 1])) return dotted(12)
  if (startsWith(Array<number>(12).fill(0)) && bytes.slice(12, 15).some((byte) => byte !== 0)) return dotted(12)
  if (bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe) return dotted(12)
  return undefined
}

function kindOf(range: string): AddressKind {
  switch (range) {
    case 'unicast':
      return 'public'
    case 'loopback':
      return 'loopback'
    case 'private':
    case 'uniqueLocal':
    case 'carrierGradeNat':
      return 'private'
    case 'linkLocal':
      return 'link-local'
    default:
      return 'reserved'
  }
}

/** Names that lead to the machine itself or its network whatever a resolver says. */
function isLocalName(host: string): boolean {
  return /(?:^|\.)(?:localhost|local|localdomain|internal|intranet|lan|home|home\.arpa|corp)\.?$/i.test(host)
}

/** A URL that may be fetched, as far as its text tells, or why not. */
export type CheckedUrl =
  | { readonly status: 'allowed'; readonly url: URL; readonly trusted: boolean }
  | { readonly status: 'refused'; readonly reason: string }

/** Ports beyond 1023 where services listen that speak no HTTP, yet may be led to act by it. */
const servicePorts: ReadonlySet<number> = new Set([
  1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5900, 5985, 5986,
  6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 9100, 9200, 9300, 10250, 11211, 27017,
])

/**
 * Checks the text of a URL: its scheme, port and credentials, and its host where that is an address.
 *
 * Numbers as hosts are understood in every form that browsers take. A name still has to be resolved and its addresses
 * checked.
 *
 * @param allowHosts - Hosts, or `host:port`, that may be reached whatever they are.
 */
export function checkUrl(
  address: string,
  { allowHosts = [] }: { allowHosts?: readonly string[] | undefined } = {},
): CheckedUrl {
  const url = URL.parse(address)
  if (url === null) return { status: 'refused', reason: 'it is no complete address. Start with https://' }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return { status: 'refused', reason: `"${url.protocol}" addresses are not fetched, only https: and http:` }
  if (url.username !== '' || url.password !== '')
    return { status: 'refused', reason: 'it holds a user name or a password' }
  if (allowHosts.includes(url.hostname) || allowHosts.includes(url.host))
    return { status: 'allowed', url, trusted: true }
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  if ((port < 1_024 && port !== 80 && port !== 443) || servicePorts.has(port))
    return { status: 'refused', reason: `port ${port} is not for web pages` }
  const kind = classifyAddress(url.hostname)
  if (kind !== undefined && kind !== 'public')
    return { status: 'refused', reason: `${url.hostname} is not on the open internet` }
  if (kind === undefined && (isLocalName(url.hostname) || !url.hostname.includes('.')))
    return { status: 'refused', reason: `"${url.hostname}" is a name of a local network` }
  return { status: 'allowed', url, trusted: false }
}
