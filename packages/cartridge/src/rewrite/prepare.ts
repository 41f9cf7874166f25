/** Lets a module in, as a cartridge of a kind, or refuses it. */

import { CartridgeRejected } from '../errors.js'
import { type Capability, type Kind, offeredImports, wantedExports } from './abi.js'
import { type ModuleLimits, moduleLimits } from './limits.js'
import { type RewrittenModule, rewriteModule } from './rewrite-module.js'
import { showType } from './types.js'

/** Number of the rewriter; whatever was prepared by another is prepared again. */
export const rewriterVersion = 2

/** What a module is let in as. */
export interface PrepareOptions {
  readonly kind: Kind
  /** What it may import; `simd` lets it use vectors. @defaultValue none */
  readonly capabilities?: readonly Capability[] | undefined
  /** `deterministic`: NaN has the same bits on every machine, for 40 to 50 % of the speed of float kernels. @defaultValue `'default'` */
  readonly profile?: 'default' | 'deterministic' | undefined
  /** Limits that differ from {@link moduleLimits}. */
  readonly limits?: Partial<ModuleLimits> | undefined
}

/** What is known of a module that was let in. */
export interface ModuleInfo {
  readonly kind: Kind
  /** Bytes before rewriting. */
  readonly sizeBytes: number
  readonly functions: number
  /** Instructions before rewriting. */
  readonly instructions: number
  /** Pages of 64 KiB at load. */
  readonly initialPages: number
  /** Imports as `module.name`, in their order. */
  readonly imports: readonly string[]
  /** Functions of the binary interface that it exports. */
  readonly exports: readonly string[]
}

/** A module that may be run: checked, with counters of fuel and stack. */
export interface PreparedModule {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly info: ModuleInfo
}

/**
 * Checks a module against binary interface 1.0 and rewrites it so that its fuel, stack and memory are bounded.
 *
 * One pass over the bytes; milliseconds for a large module. The same bytes and options give the same result everywhere.
 *
 * @param wasm - Borrowed, not kept; not trusted in any way.
 * @throws {@link CartridgeRejected} (`cartridge/malformed`, `-limit`, `-feature`, `-import`, `-abi`, `-start`), and nothing else.
 */
export function prepare(wasm: Uint8Array, options: PrepareOptions): PreparedModule {
  const { kind, capabilities = [], profile = 'default', limits } = options
  const rewritten = rewriteModule(wasm, {
    limits: { ...moduleLimits, ...limits },
    simd: capabilities.includes('simd'),
    deterministic: profile === 'deterministic',
  })
  checkImports(rewritten, capabilities)
  const exports = checkExports(rewritten, kind)
  const { bytes, functions, instructions, initialPages } = rewritten
  const imports = rewritten.imports.map(({ module, name }) => `${module}.${name}`)
  return {
    bytes,
    info: { kind, sizeBytes: wasm.length, functions, instructions, initialPages, imports, exports },
  }
}

function checkImports({ imports }: RewrittenModule, capabilities: readonly Capability[]): void {
  for (const { module, name, type, offset } of imports) {
    const key = `${module}.${name}`
    const offer = module.includes('.') ? undefined : offeredImports.get(key)
    if (offer === undefined)
      throw new CartridgeRejected('import', `there is nothing called "${key}" to import`, { offset })
    if (showType(offer.type) !== showType(type)) {
      const why = `"${key}" is ${showType(offer.type)}, not ${showType(type)}`
      throw new CartridgeRejected('import', why, { offset })
    }
    const { capabilities: wanted } = offer
    if (wanted.length > 0 && !wanted.some((capability) => capabilities.includes(capability))) {
      const named = wanted.map((capability) => `"${capability}"`).join(' or ')
      const why = `"${key}" needs the capability ${named}, which is not granted`
      throw new CartridgeRejected('import', why, { offset })
    }
  }
}

/** @returns Names of the interface that are there. */
function checkExports({ exports, memories }: RewrittenModule, kind: Kind): string[] {
  if (memories !== 1 || !exports.some(({ name, kind: what }) => name === 'memory' && what === 'memory'))
    throw new CartridgeRejected('abi', 'it does not define a memory and export it as "memory"')
  return Object.entries(wantedExports[kind]).flatMap(([name, { type, required }]) => {
    const found = exports.find((other) => other.name === name)
    if (found === undefined) {
      if (!required) return []
      throw new CartridgeRejected('abi', `a ${kind} cartridge must export "${name}" as ${showType(type)}`)
    }
    const { type: actual, offset } = found
    if (actual === undefined || showType(actual) !== showType(type)) {
      const is = actual === undefined ? `a ${found.kind}` : showType(actual)
      throw new CartridgeRejected('abi', `the export "${name}" is ${is}, not ${showType(type)}`, { offset })
    }
    return [name]
  })
}
