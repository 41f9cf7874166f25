/** What a host is given to run. */

import type { Limits } from '../limits.js'
import type { Capability, Kind } from '../rewrite/abi.js'

/** A module or a script with what it may do; a manifest and its operator's word, put together. */
export type Program = ModuleProgram | ScriptProgram

/** A program that is a module. */
export interface ModuleProgram extends ProgramTerms {
  /** As its compiler made it. */
  readonly wasm: Uint8Array
}

/** A program in JavaScript: one module, which imports nothing. An interactive one is not let in. */
export interface ScriptProgram extends ProgramTerms {
  readonly script: string
}

/** What a program is and may do, whatever it is made of. */
export interface ProgramTerms {
  /** Its name for other cartridges, and that of its keys and values. */
  readonly id: string
  readonly kind: Kind
  /** @defaultValue none */
  readonly capabilities?: readonly Capability[] | undefined
  /** Ids of cartridges it may call. @defaultValue none */
  readonly callTargets?: readonly string[] | undefined
  /** Hosts it may ask by `http`, as `host` or `host:port`. @defaultValue none */
  readonly httpHosts?: readonly string[] | undefined
  /** NaN has the same bits everywhere in `deterministic`, and in scripts. @defaultValue `'default'` */
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
