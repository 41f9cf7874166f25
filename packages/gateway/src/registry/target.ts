/** Where an endpoint may lead, as far as text tells. */

import { checkUrl } from '@salp/core'
import { parsePath } from '../proxy/path.js'

/** A target that may be kept, or why not. */
export type CheckedTarget =
  | { readonly status: 'allowed'; readonly url: URL }
  | { readonly status: 'refused'; readonly reason: string }

/**
 * Checks the text of a target: https, an ordinary port, a host on the open internet, a path in one reading; no user
 * info, query or fragment.
 *
 * @param allowHosts - Hosts, or `host:port`, that the operator trusts: they may be local, and plain http.
 */
export function checkTarget(text: string, { allowHosts }: { allowHosts: readonly string[] }): CheckedTarget {
  const refused = (reason: string): CheckedTarget => ({ status: 'refused', reason })
  // A URL parser would drop or mend these without a word.
  if (/[^\u0021-\u007e]|\\/.test(text))
    return refused('it holds spaces, backslashes, control characters or other than ASCII')
  const checked = checkUrl(text, { allowHosts })
  if (checked.status === 'refused') return checked
  const { url, trusted } = checked
  if (url.protocol !== 'https:' && !trusted) return refused('it is not https')
  if (/[?#]/.test(text)) return refused('it has a query or a fragment')
  const parsed = parsePath(text)
  if (parsed.status === 'refused') return refused(`its path is not plain: ${parsed.reason}`)
  url.pathname = parsed.path
  return { status: 'allowed', url }
}
