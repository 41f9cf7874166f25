/** What the page of what goes on shows, as its address says it: `#/now`, and the request that is asked about. */

/** A place on the page. */
export interface NowRoute {
  /** Approval or question that gets the focus. */
  readonly ask?: string | undefined
  /** Button of the approval that gets the focus; nothing is decided by it. */
  readonly choice?: 'approve' | 'deny' | undefined
}

/** Reads a hash; nothing, if it is not one of this page. */
export function parseNowHash(hash: string): NowRoute | undefined {
  const match = /^#\/now(?:\?(.*))?$/.exec(hash)
  if (!match) return undefined
  const query = new URLSearchParams(match[1])
  const ask = query.get('ask')
  const choice = query.get('choice')
  return { ...(ask && { ask }), ...((choice === 'approve' || choice === 'deny') && { choice }) }
}

/** Address of the page. */
export const nowHash = '#/now'
