/** What the worker asks a page to show. */

/** Reads the hash out of a message of the worker; nothing, if it is another message. */
export function activityHash(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || !('type' in data) || data.type !== 'salp:open') return undefined
  return 'hash' in data && typeof data.hash === 'string' && data.hash.startsWith('#/') ? data.hash : undefined
}
