/** What stands in where a tool said nothing of an input. */

import type { Risk } from '../protocol.js'
import type { Assessment } from '../tool.js'

/** The careful answer. */
export const unassessed: Assessment & { readonly risk: Risk } = { risk: { level: 'high', reasons: ['not assessed'] } }
