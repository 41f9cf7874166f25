/**
 * The thread in which candidates are checked and compiled: one program a batch, over library files that are read once.
 *
 * No candidate can change what another one means: each is a module that may import nothing, and those that declare something
 * global get a program of their own. At run time it imports nothing of ours, so that Node can start it from the sources too.
 */

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parentPort } from 'node:worker_threads'
import ts from 'typescript-api'

/** A source to check. */
export interface CheckItem {
  readonly source: string
  /** A module that imports from `./solution.js` what has to be there, of the type it has to be of; empty asks for nothing. */
  readonly expects: string
}

/** What became of it: JavaScript, or the first complaint. */
export type CheckAnswer =
  | { readonly status: 'checked'; readonly code: string }
  | { readonly status: 'refused'; readonly message: string }

/** What the thread says of a job: which item it is about, maybe more than once, or all of them; and what became of each. */
export type CheckerMessage =
  | { readonly type: 'ready' | 'done' }
  | { readonly type: 'began'; readonly index: number | undefined }
  | { readonly type: 'answered'; readonly index: number; readonly answer: CheckAnswer }

/** A batch; without `types` sources are only compiled. */
export interface CheckJob {
  readonly items: readonly CheckItem[]
  readonly types: boolean
}

/** Longest source, in UTF-16 units. */
const longestSource = 200_000

const options: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: [],
  skipLibCheck: true,
  noErrorTruncation: false,
}

const libraryFolder = dirname(fileURLToPath(import.meta.resolve('typescript-api')))
const libraries = new Map<string, ts.SourceFile | undefined>()

function libraryFile(name: string): ts.SourceFile | undefined {
  if (!/^\/lib\/lib[\w.]*\.d\.ts$/.test(name)) return undefined
  if (!libraries.has(name)) {
    const text = readFileSync(join(libraryFolder, name.slice('/lib/'.length)), 'utf8')
    libraries.set(name, ts.createSourceFile(name, text, ts.ScriptTarget.ES2023))
  }
  return libraries.get(name)
}

function programOf(files: ReadonlyMap<string, ts.SourceFile>, withOptions = options): ts.Program {
  const host: ts.CompilerHost = {
    getSourceFile: (name) => files.get(name) ?? libraryFile(name),
    getDefaultLibFileName: () => '/lib/lib.es2023.d.ts',
    getDefaultLibLocation: () => '/lib',
    writeFile: () => undefined,
    getCurrentDirectory: () => '/',
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: (name) => files.has(name),
    readFile: () => undefined,
    resolveModuleNameLiterals: (names, from) =>
      names.map(({ text }) => {
        const own = from.endsWith('/expects.ts') && text === './solution.js'
        const resolvedFileName = from.replace('/expects.ts', '/solution.ts')
        return { resolvedModule: own ? { resolvedFileName, extension: ts.Extension.Ts } : undefined }
      }),
    resolveTypeReferenceDirectiveReferences: (names) =>
      names.map(() => ({ resolvedTypeReferenceDirective: undefined })),
  }
  return ts.createProgram({ rootNames: [...files.keys()], options: withOptions, host })
}

/** What no source may have, whatever its types; and whether it changes what is global. */
function scan(file: ts.SourceFile): { refusal: string | undefined; global: boolean } {
  const references = [...file.referencedFiles, ...file.libReferenceDirectives, ...file.typeReferenceDirectives]
  if (references.length > 0) return { refusal: 'A solution may not refer to other files', global: false }
  if (/@ts-(?:nocheck|ignore|expect-error)\b/.test(file.text))
    return { refusal: 'A solution may not switch the type checker off', global: false }
  let refusal: string | undefined
  let global = false
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      refusal = 'A solution may not import'
    if (
      ts.isModuleDeclaration(node) &&
      ((node.flags & ts.NodeFlags.GlobalAugmentation) !== 0 || ts.isStringLiteral(node.name))
    )
      global = true
    ts.forEachChild(node, visit)
  }
  visit(file)
  return { refusal, global }
}

function describe(diagnostic: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n').slice(0, 1_000)
  const { file, start } = diagnostic
  if (file === undefined || start === undefined || !file.fileName.endsWith('/solution.ts'))
    return `TS${diagnostic.code}: ${text}`
  const { line, character } = file.getLineAndCharacterOfPosition(start)
  return `${line + 1}:${character + 1} TS${diagnostic.code}: ${text}`
}

/** Checks the items at `indices`, all in one program. */
function checkTogether(
  files: ReadonlyMap<string, ts.SourceFile>,
  indices: readonly number[],
  say: (said: CheckerMessage) => void,
): void {
  say({ type: 'began', index: undefined })
  const program = programOf(files)
  // Binds all of them.
  program.getTypeChecker()
  for (const index of indices) {
    say({ type: 'began', index })
    say({ type: 'answered', index, answer: checkIn(program, index) })
  }
}

function checkIn(program: ts.Program, index: number): CheckAnswer {
  const source = program.getSourceFile(`/${index}/solution.ts`)
  const expects = program.getSourceFile(`/${index}/expects.ts`)
  const found =
    program.getSyntacticDiagnostics(source)[0] ??
    program.getSemanticDiagnostics(source)[0] ??
    (expects && program.getSemanticDiagnostics(expects)[0])
  if (found !== undefined) return { status: 'refused', message: describe(found) }
  return { status: 'checked', code: emitted(program, source) }
}

function emitted(program: ts.Program, source: ts.SourceFile | undefined): string {
  let code = ''
  program.emit(source, (_, text) => {
    code = text
  })
  return code
}

/** Compiles the items at `indices` without asking for types: no library is read, and nothing is checked but the syntax. */
function compileTogether(
  files: ReadonlyMap<string, ts.SourceFile>,
  indices: readonly number[],
  say: (said: CheckerMessage) => void,
): void {
  const program = programOf(files, { ...options, noLib: true, noCheck: true, isolatedModules: true })
  for (const index of indices) {
    say({ type: 'began', index })
    const source = program.getSourceFile(`/${index}/solution.ts`)
    const found = program.getSyntacticDiagnostics(source)[0]
    say({
      type: 'answered',
      index,
      answer:
        found === undefined
          ? { status: 'checked', code: emitted(program, source) }
          : { status: 'refused', message: describe(found) },
    })
  }
}

function run({ items, types }: CheckJob, say: (said: CheckerMessage) => void): void {
  const together = new Map<string, ts.SourceFile>()
  const indices: number[] = []
  for (const [index, { source, expects }] of items.entries()) {
    const answer = (found: CheckAnswer): void => say({ type: 'answered', index, answer: found })
    say({ type: 'began', index })
    if (source.length > longestSource) {
      answer({ status: 'refused', message: `A solution may have ${longestSource} characters at most` })
      continue
    }
    const file = ts.createSourceFile(`/${index}/solution.ts`, source, ts.ScriptTarget.ES2023)
    const { refusal, global } = scan(file)
    if (refusal !== undefined) answer({ status: 'refused', message: refusal })
    else {
      const files = new Map([[file.fileName, file]])
      const expecting = `/${index}/expects.ts`
      if (types && expects !== '') files.set(expecting, ts.createSourceFile(expecting, expects, ts.ScriptTarget.ES2023))
      if (types && global) checkTogether(files, [index], say)
      else {
        for (const [name, own] of files) together.set(name, own)
        indices.push(index)
      }
    }
  }
  if (indices.length > 0) (types ? checkTogether : compileTogether)(together, indices, say)
  say({ type: 'done' })
}

if (parentPort !== null) {
  const port = parentPort
  const say = (said: CheckerMessage): void => port.postMessage(said)
  // The library is read and bound before the clock of the first source runs.
  run({ items: [{ source: 'export {}', expects: '' }], types: true }, () => undefined)
  port.on('message', (job: CheckJob) => run(job, say))
  say({ type: 'ready' })
}
