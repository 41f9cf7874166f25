/** What compilers say of a source, for those who show it. */

import type { CheckView } from '@salp/cartridge'

/** A thing to say about a place in the source. */
export type SourceDiagnostic = CheckView['diagnostics'][number]
