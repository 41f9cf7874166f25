/** What a script says that the engine of scripts has nothing for. */

import type { AnyNode, Node, Program } from 'acorn'

/** Names that other places of JavaScript have, and what to do without them. */
const elsewhere: Readonly<Record<string, string>> = {
  console: 'Write `log(text)`; it needs the capability "log".',
  fetch:
    '`http({ url, method, headers, body })` asks another machine, at once and without `await`; it needs the capability "http" and the host among `httpHosts`.',
  XMLHttpRequest: 'There is no network.',
  WebSocket: 'There is no network.',
  setTimeout: 'There are no timers: a cartridge runs only while it is called.',
  setInterval: 'There are no timers: a cartridge runs only while it is called.',
  performance: 'Write `now()`; it needs the capability "clock".',
  crypto: 'Write `random()`; it needs the capability "entropy".',
  require: 'There are no modules: put everything into this one file.',
  process: 'There is no process and no environment.',
  Buffer: 'Bodies are text; Uint8Array is there.',
  Response: 'Return `{ status, headers, body }`.',
  Request: 'The request is a plain object.',
  URL: 'The request has `path`, `query` and `parameters`.',
  URLSearchParams: 'The request has `parameters`.',
  TextEncoder: 'Bodies are text.',
  TextDecoder: 'Bodies are text.',
  localStorage: 'Write `kv.get(key)` and `kv.set(key, text)`; they need the capability "kv".',
  document: 'A frontend returns its tree from `render(event)`.',
  window: 'There is no window.',
}

/** A name that is used and is not there. */
export interface ForeignName {
  readonly node: Node
  readonly name: string
  readonly hint: string
}

/** Finds names that nothing in the script declares and the engine does not have, where they are used first. */
export function foreignNames(program: Program): ForeignName[] {
  const declared = new Set<string>()
  const used = new Map<string, Node>()
  walk(program, (node) => {
    for (const pattern of bindingsOf(node)) {
      walk(pattern, (inner) => {
        if (inner.type === 'Identifier') declared.add(inner.name)
      })
    }
    const user = userOf(node)
    if (user?.type === 'Identifier' && Object.hasOwn(elsewhere, user.name) && !used.has(user.name))
      used.set(user.name, user)
  })
  return [...used].flatMap(([name, node]) => {
    const hint = elsewhere[name]
    return declared.has(name) || hint === undefined ? [] : [{ node, name, hint }]
  })
}

/** Finds what imports a module. */
export function missingModules(program: Program): Node[] {
  const found: Node[] = []
  walk(program, (node) => {
    if (node.type === 'ImportDeclaration' || node.type === 'ImportExpression' || node.type === 'ExportAllDeclaration')
      found.push(node)
    if (node.type === 'ExportNamedDeclaration' && node.source != null) found.push(node)
  })
  return found
}

/** What a node gives names to. */
function bindingsOf(node: AnyNode): readonly AnyNode[] {
  switch (node.type) {
    case 'VariableDeclarator':
      return [node.id]
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return node.id == null ? node.params : [node.id, ...node.params]
    case 'ClassDeclaration':
      return node.id == null ? [] : [node.id]
    case 'CatchClause':
      return node.param == null ? [] : [node.param]
    default:
      return []
  }
}

/** What a node calls, makes or reads from. */
function userOf(node: AnyNode): AnyNode | undefined {
  if (node.type === 'CallExpression' || node.type === 'NewExpression') return node.callee
  return node.type === 'MemberExpression' ? node.object : undefined
}

/** Visits a node and all in it, in the order of the text. */
function walk(root: Node, visit: (node: AnyNode) => void): void {
  const waiting: Node[] = [root]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    visit(node as AnyNode)
    const inner = Object.values(node).flatMap((value: unknown) => (Array.isArray(value) ? value : [value]))
    waiting.push(...inner.filter(isNode).reverse())
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}
