/** Other machines that cartridges ask: as a cartridge names them, and as an operator grants them. */

import { z } from 'zod'

const host = '[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[1-9][0-9]{0,4})?'

/** A host that a cartridge asks: `api.example.com`, or `api.example.com:8443`. No entry means more than one host. */
export const httpHostSchema = z.string().regex(new RegExp(`^${host}$`))

/** A host that an operator lets cartridges ask: by `https:`, unless it says `http://api.example.com`. */
export const grantedHostSchema = z.string().regex(new RegExp(`^(?:http://)?${host}$`))

const plain = 'http://'

function hostOf(granted: string): string {
  return granted.startsWith(plain) ? granted.slice(plain.length) : granted
}

function portOf({ protocol, port }: URL): string {
  return port || (protocol === 'https:' ? '443' : '80')
}

/** Whether a cartridge's entry names exactly where a URL leads. Without a port it is that of the scheme. */
export function namesHost(entry: string, url: URL): boolean {
  const [name, port = ''] = entry.split(':')
  return url.hostname === name && portOf(url) === (port || portOf(new URL(`${url.protocol}//any`)))
}

/** Whether an operator's entry lets a URL be asked. */
export function grantsUrl(granted: string, url: URL): boolean {
  return url.protocol === (granted.startsWith(plain) ? 'http:' : 'https:') && namesHost(hostOf(granted), url)
}

/** Those of a cartridge's entries that none of an operator's is for. */
export function hostsNotGranted(entries: readonly string[], granted: readonly string[]): string[] {
  const known = new Set(granted.map(hostOf))
  return entries.filter((entry) => !known.has(entry))
}
