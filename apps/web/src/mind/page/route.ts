/** What the cognition page shows, as its address says it: `#/mind`, and the call that is opened. */

/** A place on the page. */
export interface MindRoute {
  readonly callId?: string | undefined
}

/** Reads a hash; nothing, if it is not one of this page. */
export function parseMindHash(hash: string): MindRoute | undefined {
  const match = /^#\/mind(?:\?(.*))?$/.exec(hash)
  if (!match) return undefined
  const callId = new URLSearchParams(match[1]).get('call')
  return callId ? { callId } : {}
}

/** Writes a hash that {@link parseMindHash} reads back. */
export function mindHash({ callId }: MindRoute = {}): string {
  return callId === undefined ? '#/mind' : `#/mind?${new URLSearchParams({ call: callId })}`
}
