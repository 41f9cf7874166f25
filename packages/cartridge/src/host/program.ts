/** What a host is given to run. */

import type { Limits } from '../limits.js'
import type { Capability, Kind } from '../rewrite/abi.js'

/** A module with what it may do; a manifest and its operator's word, put together. */
export interface Program {
  /** Its name for other cartridges, and that of its keys and values. */
  readonly id: string
  readonly kind: Kind
  /** As its compiler made it. */
  readonly wasm: Uint8Array
  /** @defaultValue none */
  readonly capabilities?: readonly Capability[] | undefined
  /** Ids of cartridges it may call. @defaultValue none */
  readonly callTargets?: readonly string[] | undefined
  /** @defaultValue `'default'` */
  readonly profile?: 'default' | 'deterministic' | undefined
  /** Lower limits than those of its kind. */
  readonly limits?: Partial<Limits> | undefined
  /** What a cognitive function has to answer before it is let in: at least one. */
  readonly examples?: readonly Example[] | undefined
}

/** A case with its one right answer; both JSON. */
export interface Example {
  readonly input: unknown
  readonly expected: unknown
}
