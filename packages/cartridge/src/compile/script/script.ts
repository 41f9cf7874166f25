/** Scripts: JavaScript, or TypeScript whose types are taken out, as it is run by the engine of scripts. */

import { type Node, type Program, parse } from 'acorn'
import type { Kind } from '../../rewrite/abi.js'
import {
  type CompiledScript,
  type CompileOptions,
  type CompileResult,
  type CompilerBackend,
  type Diagnostic,
  placeOf,
  tooLong,
  wholeSource,
} from '../compiler.js'
import { foreignNames, missingModules } from './findings.js'

/** Takes types out of TypeScript, somewhere it can hang or die without harm. */
export interface TypeStripper {
  /** @throws The signal's reason if it aborts. */
  strip(source: string, options: { readonly signal?: AbortSignal | undefined }): Promise<StripOutcome>
  /** Ends what runs. May be called twice. */
  close(): Promise<void>
}

/** What came of taking types out. */
export type StripOutcome =
  /** All that is left stands where it stood. */
  | { readonly status: 'stripped'; readonly code: string }
  /** Not TypeScript, or TypeScript that is more than types. Line and column count from 1; 0 if they are not known. */
  | {
      readonly status: 'refused'
      readonly reason: 'syntax' | 'unsupported'
      readonly message: string
      readonly line: number
      readonly column: number
    }
  /** It hung or died. */
  | { readonly status: 'failed'; readonly why: string }

/** What an author has to export, by kind. */
const wanted: Readonly<Record<Exclude<Kind, 'interactive'>, { readonly name: string; readonly hint: string }>> = {
  backend: {
    name: 'handle',
    hint: 'Export `function handle(request)`; request has method, path, query, parameters, headers and body. Return text, `{ status, headers, body }`, or a value that becomes JSON.',
  },
  cognitive: { name: 'invoke', hint: 'Export `function invoke(input)`; both are values of JSON.' },
  frontend: {
    name: 'render',
    hint: "Export `function render(event)`; return a tree such as `{ t: 'p', c: ['Hello'] }`.",
  },
}

const moreThanTypes =
  'Write plain objects for enums, modules for namespaces, and fields for parameter properties: only types are taken out.'

/**
 * Creates the backend for scripts. Plain JavaScript is looked through here, in a few milliseconds; a source with types goes
 * to the stripper first.
 *
 * @param stripper - Owned: it is closed with the backend. Without one types are errors.
 */
export function scriptBackend(stripper?: TypeStripper): CompilerBackend<CompiledScript> {
  const compile = async (source: string, { kind, signal }: CompileOptions): Promise<CompileResult<CompiledScript>> => {
    signal?.throwIfAborted()
    const long = tooLong(source)
    if (long !== undefined) return failed(long)
    if (kind === 'interactive') return failed(noPictures)
    const plain = read(source)
    if (plain.status === 'read') return check(source, source, plain.program, kind)
    const outcome = await stripper?.strip(source, { signal })
    switch (outcome?.status) {
      case undefined:
        return failed(plain.error)
      case 'failed':
        return failed(
          wholeSource(
            'compiler',
            `The compiler ${outcome.why}`,
            'Make the source simpler; the same source fails again.',
          ),
        )
      case 'refused':
        return failed(refusal(source, outcome))
      case 'stripped': {
        const stripped = read(outcome.code)
        return stripped.status === 'read' ? check(source, outcome.code, stripped.program, kind) : failed(stripped.error)
      }
    }
  }
  return {
    id: 'script',
    kinds: ['backend', 'cognitive', 'frontend'],
    compile,
    async warm() {
      await compile('export const handle = (request: unknown) => request', { kind: 'backend', optimize: 0 })
    },
    close: async () => stripper?.close(),
  }
}

const noPictures = wholeSource(
  'kind',
  'A script is too slow for pictures',
  'Write an interactive cartridge in AssemblyScript.',
)

function failed(...diagnostics: readonly Diagnostic[]): CompileResult<CompiledScript> {
  return { status: 'failed', diagnostics }
}

/** Reads JavaScript. */
function read(
  code: string,
): { readonly status: 'read'; readonly program: Program } | { readonly status: 'unread'; readonly error: Diagnostic } {
  try {
    return { status: 'read', program: parse(code, { ecmaVersion: 'latest', sourceType: 'module' }) }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const at = 'pos' in error && typeof error.pos === 'number' ? error.pos : 0
    // It puts the place behind its words.
    return { status: 'unread', error: errorAt(code, at, at + 1, 'syntax', error.message.replace(/ \(\d+:\d+\)$/, '')) }
  }
}

function refusal(
  source: string,
  { reason, message, line, column }: Extract<StripOutcome, { status: 'refused' }>,
): Diagnostic {
  const before = source.split('\n').slice(0, Math.max(0, line - 1))
  const at = before.reduce((sum, { length }) => sum + length + 1, 0) + Math.max(0, column - 1)
  return errorAt(source, at, at + 1, reason, message, reason === 'unsupported' ? moreThanTypes : null)
}

function errorAt(
  source: string,
  from: number,
  to: number,
  code: string,
  message: string,
  hint: string | null = null,
): Diagnostic {
  return { code, severity: 'error', message, ...placeOf(source, from, to), hint }
}

/** Looks for what the engine would stumble over. @param source - As its author wrote it. */
function check(
  source: string,
  script: string,
  program: Program,
  kind: Exclude<Kind, 'interactive'>,
): CompileResult<CompiledScript> {
  const { name, hint } = wanted[kind]
  const modules = missingModules(program).map(({ start, end }: Node) =>
    errorAt(source, start, end, 'import', 'There are no modules to import', 'Put everything into this one file.'),
  )
  const errors = exportedNames(program).has(name)
    ? modules
    : [...modules, wholeSource('export', `It exports no function "${name}"`, hint)]
  const warnings = foreignNames(program).map(({ node, name: foreign, hint: instead }) => ({
    ...errorAt(source, node.start, node.end, 'name', `There is no "${foreign}" here`, instead),
    severity: 'warning' as const,
  }))
  const diagnostics = [...errors, ...warnings]
  return errors.length > 0 ? { status: 'failed', diagnostics } : { status: 'compiled', script, diagnostics }
}

function exportedNames({ body }: Program): Set<string> {
  const names = new Set<string>()
  for (const statement of body) {
    if (statement.type !== 'ExportNamedDeclaration') continue
    for (const { exported } of statement.specifiers)
      names.add(exported.type === 'Identifier' ? exported.name : String(exported.value))
    const { declaration } = statement
    if (declaration?.type === 'FunctionDeclaration' || declaration?.type === 'ClassDeclaration')
      names.add(declaration.id.name)
    else
      for (const { id } of declaration?.declarations ?? []) {
        if (id.type === 'Identifier') names.add(id.name)
      }
  }
  return names
}
