/** Parses sources by tree-sitter: grammars in WebAssembly that come with the package, loaded when they are first needed. */

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type TreeSitter from '@vscode/tree-sitter-wasm'
import type { SyntaxProblem } from '../edit/apply-edits.js'
import type { Definition } from '../map/code-index.js'
import type { Language } from '../map/languages.js'

/** Parses sources. Everything runs where it is called, and blocks: large amounts belong in a thread. */
export interface Grammars {
  /** In the order of their lines; absent if it takes too long. */
  definitions(language: Language, text: string): Promise<Definition[] | undefined>
  /** Places that cannot be parsed, in order. */
  problems(language: Language, text: string): Promise<SyntaxProblem[]>
}

interface Loaded {
  readonly parser: TreeSitter.Parser
  readonly query: TreeSitter.Query
}

/** A parse that takes longer is given up: such a text has no problems that are known. */
const longestMs = 5_000

/** Longest signature, in characters. */
const widest = 160

/** Loads nothing yet. */
export function createGrammars(): Grammars {
  const require = createRequire(import.meta.url)
  const fileOf = (name: string): string => require.resolve(`@vscode/tree-sitter-wasm/wasm/${name}.wasm`)
  let library: Promise<typeof TreeSitter> | undefined
  const loaded = new Map<string, Promise<Loaded>>()

  const start = async (): Promise<typeof TreeSitter> => {
    // `require` gives no types.
    const loadedLibrary = require('@vscode/tree-sitter-wasm') as typeof TreeSitter
    await loadedLibrary.Parser.init({ locateFile: () => fileOf('tree-sitter') })
    return loadedLibrary
  }

  const load = async ({ grammar, definitions }: Language): Promise<Loaded> => {
    library ??= start()
    const { Language: Grammar, Parser, Query } = await library
    const language = await Grammar.load(await readFile(fileOf(`tree-sitter-${grammar}`)))
    return { parser: new Parser().setLanguage(language), query: new Query(language, definitions) }
  }

  /** Hands the tree to `use`, and frees it. */
  const parse = async <T>(
    language: Language,
    text: string,
    use: (root: TreeSitter.Node, query: TreeSitter.Query) => T,
  ) => {
    const known = loaded.get(language.id) ?? load(language)
    loaded.set(language.id, known)
    const { parser, query } = await known
    const began = performance.now()
    const tree = parser.parse(text, null, { progressCallback: () => performance.now() - began > longestMs })
    if (tree === null) {
      parser.reset()
      return undefined
    }
    try {
      return use(tree.rootNode, query)
    } finally {
      tree.delete()
    }
  }

  return {
    definitions: async (language, text) =>
      await parse(language, text, (root, query) => definitionsIn(root, query, text)),
    problems: async (language, text) => (await parse(language, text, problemsIn)) ?? [],
  }
}

function definitionsIn(root: TreeSitter.Node, query: TreeSitter.Query, text: string): Definition[] {
  const found = new Map<number, Definition>()
  for (const { captures } of query.matches(root, { maxStartDepth: 6 })) {
    const name = captures.find((capture) => capture.name === 'name')?.node
    const whole = captures.find((capture) => capture.name !== 'name')
    if (name === undefined || whole === undefined || found.has(name.startIndex)) continue
    const { node } = whole
    const body = node.childForFieldName('body')
    const head = text.slice(node.startIndex, body === null ? node.endIndex : body.startIndex)
    found.set(name.startIndex, {
      name: name.text,
      kind: whole.name,
      line: node.startPosition.row + 1,
      endLine: node.endPosition.row + 1,
      signature: signatureOf(head, body !== null),
    })
  }
  return [...found.values()].sort((a, b) => a.line - b.line || b.endLine - a.endLine)
}

/** A head without its body may take lines; without a body only the first line says what it is. */
function signatureOf(head: string, whole: boolean): string {
  const text = whole ? head : (head.split('\n')[0] ?? '')
  const line = text
    .replace(/\s+/g, ' ')
    .replace(/\s*(?:=>|[{:=])\s*$/, '')
    .trim()
  return line.length <= widest ? line : `${line.slice(0, widest - 1).toWellFormed()}…`
}

function problemsIn(root: TreeSitter.Node): SyntaxProblem[] {
  const problems: SyntaxProblem[] = []
  const visit = (node: TreeSitter.Node): void => {
    if (node.isMissing) problems.push({ line: node.startPosition.row + 1, text: `missing ${node.type}` })
    else if (node.isError) {
      const [first = ''] = node.text.trim().split('\n')
      problems.push({ line: node.startPosition.row + 1, text: `unexpected ${first.slice(0, 60).toWellFormed()}` })
    } else if (node.hasError) for (const child of node.children) if (child !== null) visit(child)
  }
  visit(root)
  return problems
}
