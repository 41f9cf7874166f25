/** Finds every command that a shell script could run, wherever it stands in the syntax. */

import {
  type Assignment,
  type Command,
  forEachChild,
  type ParsedScript,
  parse,
  type Redirection,
  type SyntaxNode,
} from 'unbash'
import { literal, resolveWord, type Value } from './word.js'

/** What a command reads: nothing special, another command's output, or text that stands in the script. */
export type Input = { readonly from: 'caller' | 'pipe' | 'file' } | { readonly from: 'text'; readonly text: Value }

/** One command as it would run. */
export interface Call {
  /** Program, then its arguments. Empty if it only assigns or redirects. */
  readonly words: readonly Value[]
  readonly assignments: readonly { readonly name: string; readonly value: Value }[]
  readonly redirects: readonly { readonly operator: string; readonly target: Value }[]
  readonly input: Input
}

/** What {@link findCalls} tells its caller, in the order of the script. */
export interface CallVisitor {
  call(call: Call): void
  /** A redirection of a whole block. */
  redirect(redirect: Call['redirects'][number]): void
  /** A part that could not be parsed. */
  error(message: string): void
  /** A test or a sum that holds quoted text with a command in it: the shell evaluates such text. */
  evaluation(): void
  /** A function is defined; `recursive` if it calls itself. Its body is reported too. */
  definition(name: string, recursive: boolean): void
}

/** Builtins after which a variable may hold anything. */
const assigning = /^(?:read|mapfile|readarray|getopts|eval|source|\.|declare|typeset|local|let|unset)$/

/** Reports every command of `script`: in lists, pipelines, blocks, functions, substitutions and here-documents. */
export function findCalls(script: string, visitor: CallVisitor): void {
  const tree = parse(script)
  const knowable = singleAssignments(tree)
  const bindings = new Map<string, string>()

  const redirectOf = (redirection: Redirection): Call['redirects'][number] | undefined =>
    redirection.type === 'Redirect' && redirection.target !== undefined
      ? { operator: redirection.operator, target: one(resolveWord(redirection.target, bindings)) }
      : undefined

  const inputOf = (redirections: readonly Redirection[], inherited: Input): Input => {
    let input = inherited
    for (const redirection of redirections) {
      if (redirection.descriptor?.type === 'FileDescriptor' && redirection.descriptor.value !== 0) continue
      if (redirection.type === 'HereDoc') {
        const dynamic = redirection.body.parts?.some(({ type }) => type !== 'Literal') ?? false
        input = { from: 'text', text: { ...literal(redirection.body.text), dynamic } }
      } else if (redirection.type === 'HereString') {
        if (redirection.target !== undefined)
          input = { from: 'text', text: one(resolveWord(redirection.target, bindings)) }
      } else if (redirection.operator === '<' || redirection.operator === '<>') {
        const process = redirection.target !== undefined && one(resolveWord(redirection.target, bindings)).process
        input = { from: process ? 'pipe' : 'file' }
      } else if (redirection.operator === '<&') input = { from: 'pipe' }
    }
    return input
  }

  const command = (node: Command, inherited: Input): void => {
    const assignmentOf = ({ name, value, index, append }: Assignment): Call['assignments'][number] => ({
      name,
      value:
        value.type === 'Word' && index === undefined && append !== true
          ? one(resolveWord(value, bindings))
          : { ...literal(script.slice(value.pos, value.end)), dynamic: true },
    })
    const assignments = node.prefix.filter((part) => part.type === 'Assignment').map(assignmentOf)
    const words = [...(node.name === undefined ? [] : [node.name]), ...node.args].flatMap((part) => {
      if (part.type === 'Word') return resolveWord(part, bindings)
      const { name, value } = assignmentOf(part)
      return [{ ...value, text: `${name}=${value.text}` }]
    })
    visitor.call({
      words,
      assignments,
      redirects: node.redirects.map(redirectOf).filter((redirect) => redirect !== undefined),
      input: inputOf(node.redirects, inherited),
    })
    for (const { name, value } of words.length === 0 ? assignments : []) {
      if (knowable.has(name) && !value.dynamic && !value.pattern) bindings.set(name, value.text)
    }
  }

  const visit = (node: SyntaxNode, input: Input): void => {
    let inherited = input
    if (node.type === 'Pipeline') {
      for (const [index, stage] of node.commands.entries()) visit(stage, index === 0 ? input : { from: 'pipe' })
      return
    }
    if (node.type === 'Redirected') {
      for (const redirection of node.redirects) {
        const redirect = redirectOf(redirection)
        if (redirect !== undefined) visitor.redirect(redirect)
        forEachChild(redirection, (child) => visit(child, { from: 'caller' }))
      }
      visit(node.command, inputOf(node.redirects, input))
      return
    }
    if (node.type === 'Script') {
      for (const { message } of node.errors ?? []) visitor.error(message)
      inherited = { from: 'caller' }
    } else if (node.type === 'Command') {
      command(node, input)
      inherited = { from: 'caller' }
    } else if (/^(?:Test|Arithmetic)Command$|^Arithmetic(?:For|Expansion)$/.test(node.type)) {
      if (/'[^']*(?:\$\(|`)/.test(script.slice(node.pos, node.end))) visitor.evaluation()
    } else if (node.type === 'Function') visitor.definition(node.name.value, callsItself(node.body, node.name.value))
    forEachChild(node, (child) => visit(child, inherited))
  }
  visit(tree, { from: 'caller' })
}

/** The whole of what a word became, where only one is expected. */
function one(values: readonly Value[]): Value {
  const [first, ...rest] = values
  return first === undefined
    ? literal('')
    : rest.length === 0
      ? first
      : { ...first, text: values.map(({ text }) => text).join(' ') }
}

/** Names that are assigned in one place, and whose value therefore holds from there on. */
function singleAssignments(tree: ParsedScript): ReadonlySet<string> {
  const counts = new Map<string, number>()
  let opaque = false
  const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1)
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'Assignment') count(node.name)
    else if (node.type === 'For' || node.type === 'Select') count(node.name.value)
    else if (node.type === 'ParameterExpansion' && node.operation?.type === 'Default') count(node.parameter)
    else if (node.type === 'Command') {
      const first = node.name
      opaque ||=
        first !== undefined && (first.parts !== undefined || assigning.test(first.value)) && first.value !== 'printf'
      opaque ||=
        first?.value === 'printf' && node.args.some((part) => part.type === 'Word' && part.value.startsWith('-v'))
      opaque ||=
        first !== undefined &&
        /^(?:builtin|command|exec|env|export|readonly)$/.test(first.value) &&
        node.args.some((part) => part.type === 'Word' && assigning.test(part.value))
    }
    forEachChild(node, visit)
  }
  visit(tree)
  const known = [...counts].filter(([, times]) => times === 1).map(([name]) => name)
  return new Set(opaque || counts.has('IFS') ? [] : known)
}

function callsItself(body: SyntaxNode, name: string): boolean {
  let found = false
  const visit = (node: SyntaxNode): void => {
    found ||= node.type === 'Command' && node.name?.value === name
    if (!found) forEachChild(node, visit)
  }
  visit(body)
  return found
}
