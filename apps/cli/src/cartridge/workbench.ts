/** Compiler and host for the cartridges of one command, without a node. */

import { CartridgeRejected, CartridgeTrap, type Language } from '@salp/cartridge'
import type { CompilerBackend, Diagnostic } from '@salp/cartridge/compile'
import { type CartridgeEvents, type KvStore, memoryKvStore } from '@salp/cartridge/host'
import {
  openAssemblyScript,
  openScript,
  openThreadHost,
  scriptEngine,
  sha256Of,
  type ThreadHost,
} from '@salp/cartridge/node'
import { prepare } from '@salp/cartridge/rewrite'
import type { Clock, Publisher } from '@salp/core'
import { createSystemRng } from '@salp/core/node'
import { type Project, type ProjectCode, programOf } from './project.js'

/** What came of building a project. */
export type ProjectBuild = BuiltProject | FailedBuild

/** A project that was compiled, let in and tried. */
export interface BuiltProject {
  readonly status: 'built'
  readonly code: ProjectCode
  /** Version of the host that answers from now on. */
  readonly version: number
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[]
  /** As compiled. */
  readonly bytes: number
  /** Of a module, as it runs. */
  readonly preparedBytes: number | undefined
  /** Of the bytes as compiled. */
  readonly sha256: string
  readonly compileMs: number
  /** Check and rewriting. */
  readonly checkMs: number
  /** From there to the first answer of the new version. */
  readonly trialMs: number
}

/** Where a build failed, and why. */
export interface FailedBuild {
  readonly status: 'failed'
  readonly stage: 'compile' | 'check' | 'trial'
  readonly message: string
  readonly diagnostics: readonly Diagnostic[]
}

/** A compiler and a host. */
export interface Workbench extends AsyncDisposable {
  readonly host: ThreadHost
  /** Compiles a project and makes it the active version of its id; one that fails changes nothing. */
  build(project: Project, options: { optimize: 0 | 2; signal: AbortSignal }): Promise<ProjectBuild>
}

/** Compilers by language. */
export type Compilers = Readonly<Partial<Record<Language, CompilerBackend>>>

/** What a workbench asks for. */
export interface WorkbenchDeps {
  readonly clock: Clock
  /** Not closed with it. @defaultValue its own, which are */
  readonly compilers?: Compilers | undefined
  /** @defaultValue in memory */
  readonly kv?: KvStore | undefined
  readonly events: Publisher<CartridgeEvents>
  /** A line of a cartridge's log. @param level - 0 debug, 1 info, 2 warn, 3 and more error. */
  log(cartridge: string, level: number, text: string): void
}

/** Opens one; its processes start when they are first needed. */
export function openWorkbench(deps: WorkbenchDeps): Workbench {
  const { clock, kv = memoryKvStore(), events, log } = deps
  const compilers: Compilers = deps.compilers ?? {
    assemblyscript: openAssemblyScript({ clock }),
    script: openScript({ clock }),
  }
  const host = openThreadHost({ clock, kv, events, log, rng: createSystemRng(), scriptEngine })

  const timed = async <T>(work: () => T | Promise<T>): Promise<{ result: T; ms: number }> => {
    const began = clock.monotonic()
    return { result: await work(), ms: clock.monotonic() - began }
  }

  return {
    host,
    async build(project, { optimize, signal }) {
      const { kind, language, draft } = project
      const compiler = compilers[language]
      if (compiler?.kinds.includes(kind) !== true) {
        const message = `Nothing here compiles ${language} for ${kind} cartridges`
        return { status: 'failed', stage: 'compile', message, diagnostics: [] }
      }
      const { result: compiled, ms: compileMs } = await timed(() =>
        compiler.compile(draft.source, { kind, optimize, signal }),
      )
      const { diagnostics } = compiled
      if (compiled.status === 'failed')
        return { status: 'failed', stage: 'compile', message: 'It does not compile', diagnostics }
      const code = codeOf(compiled)
      const program = programOf(project, code)
      if (kind === 'cognitive' && program.examples?.length === 0) {
        const message =
          'A cognitive function needs a test with "input" and "output": nothing else tells whether it is right'
        return { status: 'failed', stage: 'trial', message, diagnostics }
      }
      try {
        const prepared = await timed(() => ('wasm' in code ? prepare(code.wasm, program).bytes.length : undefined))
        const loaded = await timed(() => host.load(program))
        const bytes = bytesOf(code)
        return {
          ...{ status: 'built', code, version: loaded.result, diagnostics, compileMs },
          ...{ bytes: bytes.length, preparedBytes: prepared.result, sha256: sha256Of(bytes) },
          ...{ checkMs: prepared.ms, trialMs: loaded.ms },
        }
      } catch (error) {
        const { message } = error instanceof Error ? error : { message: String(error) }
        if (error instanceof CartridgeRejected) return { status: 'failed', stage: 'check', message, diagnostics }
        if (error instanceof CartridgeTrap) return { status: 'failed', stage: 'trial', message, diagnostics }
        throw error
      }
    },
    async [Symbol.asyncDispose]() {
      await host.close()
      if (compilers !== deps.compilers) for (const compiler of Object.values(compilers)) await compiler.close()
    },
  }
}

function codeOf(compiled: ProjectCode): ProjectCode {
  return 'wasm' in compiled ? { wasm: compiled.wasm } : { script: compiled.script }
}

/** What a source was compiled to, as it is written to a file. */
export function bytesOf(code: ProjectCode): Uint8Array<ArrayBuffer> {
  return 'wasm' in code ? code.wasm : new TextEncoder().encode(code.script)
}
