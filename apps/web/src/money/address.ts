/** Addresses and hashes, short enough to read and long enough to tell apart. */

/** `0x20c0…0001`; what is short already stays. */
export function shorten(text: string): string {
  return text.length <= 13 ? text : `${text.slice(0, 6)}…${text.slice(-4)}`
}

/** The text as an address of the web, if that is what it is: nothing else becomes a link. */
export function webUrl(text: string | undefined): URL | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined
}

/** Where an explorer shows a transaction or an address; nothing without an explorer. */
export function explorerHref(
  explorerUrl: string | undefined,
  kind: 'tx' | 'address',
  value: string,
): string | undefined {
  const base = webUrl(explorerUrl)
  return base && /^0x[0-9a-fA-F]+$/.test(value) ? `${base.href.replace(/\/+$/, '')}/${kind}/${value}` : undefined
}
