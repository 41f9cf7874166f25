/** What a WebAssembly module is, and whether it would be let in as a cartridge. */

import { type Capability, CartridgeRejected, capabilities, type Kind, kinds } from '@salp/cartridge'
import { sha256Of } from '@salp/cartridge/node'
import { type PreparedModule, prepare } from '@salp/cartridge/rewrite'

/** What is known of a module. */
export interface Inspection {
  readonly bytes: number
  /** Of the module as it is. */
  readonly sha256: string
  readonly verdict: Verdict
  /** As the engine reads them: `name: kind`, `module.name: kind`. Absent where it reads none. */
  readonly exports?: readonly string[] | undefined
  readonly imports?: readonly string[] | undefined
}

/** Whether it would be let in. */
export type Verdict =
  | {
      readonly accepted: true
      readonly kind: Kind
      /** What its imports, or its instructions, need. */
      readonly needs: readonly Capability[]
      readonly functions: number
      readonly instructions: number
      /** Of 64 KiB, at load. */
      readonly initialPages: number
      /** What runs: its bytes and their SHA-256. */
      readonly preparedBytes: number
      readonly preparedSha256: string
    }
  | { readonly accepted: false; readonly code: string; readonly message: string; readonly offset?: number | undefined }

/** The export that a kind is known by. */
const telling: Readonly<Record<Kind, string>> = {
  backend: 'handle',
  cognitive: 'invoke',
  frontend: 'render',
  interactive: 'frame',
}

/** Looks at a module. It is checked and not run. */
export async function inspectModule(wasm: Uint8Array<ArrayBuffer>): Promise<Inspection> {
  const read = await describe(wasm)
  return {
    ...{ bytes: wasm.length, sha256: sha256Of(wasm) },
    verdict: judge(wasm, read?.names ?? []),
    exports: read?.exports,
    imports: read?.imports,
  }
}

function judge(wasm: Uint8Array, names: readonly string[]): Verdict {
  // One that fits several kinds is what its first telling export says; one that fits none is refused as that.
  const likely = kinds.find((kind) => names.includes(telling[kind]))
  for (const kind of likely === undefined ? kinds : [likely, ...kinds]) {
    const found = attempt(wasm, kind, capabilities)
    if (!(found instanceof CartridgeRejected)) return accept(wasm, kind, found)
    if (kind === likely || found.reason !== 'abi') return refuse(found)
  }
  const why = `it exports none of ${Object.values(telling).join(', ')}`
  return refuse(new CartridgeRejected('abi', why))
}

function accept(wasm: Uint8Array, kind: Kind, { bytes, info }: PreparedModule): Verdict {
  const needs = capabilities.filter((capability) => {
    const others = capabilities.filter((other) => other !== capability)
    return attempt(wasm, kind, others) instanceof CartridgeRejected
  })
  const { functions, instructions, initialPages } = info
  return {
    ...{ accepted: true, kind, needs, functions, instructions, initialPages },
    ...{ preparedBytes: bytes.length, preparedSha256: sha256Of(bytes) },
  }
}

function refuse({ code, message, offset }: CartridgeRejected): Verdict {
  return { accepted: false, code, message, offset }
}

function attempt(wasm: Uint8Array, kind: Kind, granted: readonly Capability[]): PreparedModule | CartridgeRejected {
  try {
    return prepare(wasm, { kind, capabilities: granted })
  } catch (error) {
    if (error instanceof CartridgeRejected) return error
    throw error
  }
}

async function describe(
  wasm: Uint8Array<ArrayBuffer>,
): Promise<{ names: string[]; exports: string[]; imports: string[] } | undefined> {
  try {
    const module = await WebAssembly.compile(wasm)
    const exports = WebAssembly.Module.exports(module)
    return {
      names: exports.map(({ name }) => name),
      exports: exports.map(({ name, kind }) => `${name}: ${kind}`),
      imports: WebAssembly.Module.imports(module).map(({ module: from, name, kind }) => `${from}.${name}: ${kind}`),
    }
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) return undefined
    throw error
  }
}
