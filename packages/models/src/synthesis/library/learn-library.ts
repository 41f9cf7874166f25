/**
 * New primitives out of programs: what comes up again and again gets a name, where that shortens the programs by more than it
 * takes to say what the name stands for.
 *
 * @see Bowers et al., "Top-down synthesis for library learning" (2023), for the measure; fragments of our programs are few
 * enough to be listed.
 */

import { type Call, type Expression, keyOf, sizeOf } from '../language/expression.js'
import { type Fragment, fillHoles, fragmentsByName, isLambda } from '../language/fragment.js'
import type { Type } from '../language/types.js'

/** How a library is learnt. */
export interface LearnLibraryOptions {
  /** Fragments that are there already; programs may use them. @defaultValue none */
  readonly library?: readonly Fragment[] | undefined
  /** New fragments at most. @defaultValue `24` */
  readonly most?: number | undefined
  /** What a fragment must save beyond its own length, in nodes. @defaultValue `1` */
  readonly least?: number | undefined
}

/** A library, and the programs it was learnt from, written with it. */
export interface LearntLibrary {
  readonly library: readonly Fragment[]
  readonly programs: readonly Expression[]
  /** Nodes that are saved: of the programs before, less those after and those of the new fragments. */
  readonly saved: number
}

/** Nodes of a fragment at most, holes not counted. */
const largest = 8
/** Holes of a fragment at most: as many as a primitive has arguments. */
const mostHoles = 3
/** Ways to cut holes that are kept for one node, shortest first. */
const mostCuts = 400

/**
 * Finds fragments that shorten programs, the one that saves most first, and writes the programs with them.
 *
 * A fragment is a part of a program with holes for whole expressions; one hole may come up several times. What is counted is
 * nodes of programs and library together.
 */
export function learnLibrary(
  programs: readonly Expression[],
  { library = [], most = 24, least = 1 }: LearnLibraryOptions = {},
): LearntLibrary {
  const before = programs.reduce((sum, program) => sum + sizeOf(program), 0)
  const known = [...library]
  let current = programs.slice()
  for (let round = 0; round < most; round++) {
    const found = bestFragment(current, least)
    if (found === undefined) break
    const fragment = { ...found, name: nameOf(found, known) }
    const rewritten = current.map((program) => rewrite(program, fragment))
    known.push(fragment)
    current = rewritten
  }
  const after = current.reduce((sum, program) => sum + sizeOf(program), 0)
  const defined = known.slice(library.length).reduce((sum, { body }) => sum + sizeOf(body), 0)
  return { library: known, programs: current, saved: before - after - defined }
}

/** Equal fragments have equal names wherever they were learnt, so that libraries can be joined. */
function nameOf({ parameters, returns, body }: Omit<Fragment, 'name'>, known: readonly Fragment[]): string {
  const key = `${parameters.join()} ${returns} ${keyOf(body)}`
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  const name = `learnt ${(hash >>> 0).toString(36)}`
  return fragmentsByName(known).has(name) ? `${name}${known.length}` : name
}

/** A part of a program cut out, with what stood in its holes. */
interface Cut {
  readonly body: Expression
  readonly holes: readonly Expression[]
  readonly nodes: number
}

function bestFragment(programs: readonly Expression[], least: number): Omit<Fragment, 'name'> | undefined {
  const uses = new Map<
    string,
    { readonly fragment: Omit<Fragment, 'name'>; readonly nodes: number; count: number; owners: Set<number> }
  >()
  for (const [owner, program] of programs.entries()) {
    for (const [node, level] of callsIn(program)) {
      for (const cut of cutsOf(node, level)) {
        if (cut.nodes < 2 || cut.holes.length > mostHoles) continue
        const fragment = {
          parameters: cut.holes.map(({ type }) => type),
          returns: node.type,
          body: cut.body,
        }
        const key = keyOf(cut.body)
        const entry = uses.get(key)
        if (entry === undefined) uses.set(key, { fragment, nodes: cut.nodes, count: 1, owners: new Set([owner]) })
        else {
          entry.count++
          entry.owners.add(owner)
        }
      }
    }
  }
  let best: { readonly fragment: Omit<Fragment, 'name'>; readonly saved: number; readonly key: string } | undefined
  for (const [key, { fragment, nodes, count, owners }] of uses) {
    if (owners.size < 2) continue
    // Each use replaces its nodes by one call; the definition is written once.
    const saved = count * (nodes - 1) - sizeOf(fragment.body)
    if (saved < least) continue
    if (best === undefined || saved > best.saved || (saved === best.saved && key < best.key))
      best = { fragment, saved, key }
  }
  return best?.fragment
}

/** Every call of a program, and how many variables are bound around it. */
function callsIn(program: Expression, level = 0): [Call, number][] {
  if (program.kind !== 'call') return []
  return [
    [program, level],
    ...program.arguments.flatMap((part, index) => callsIn(part, isLambda(program.name, index) ? level + 2 : level)),
  ]
}

/** Every way to make a fragment of a node: itself, with each argument kept, or a hole in its place. */
function cutsOf(node: Call, level: number): Cut[] {
  return cutsWithin(node, level, 0).flatMap(({ body, holes, nodes }) => {
    const merged = mergeHoles(body, holes)
    return merged === undefined ? [] : [{ ...merged, nodes }]
  })
}

/** @param inner - Variables that the fragment itself has bound around the node. */
function cutsWithin(node: Expression, level: number, inner: number): Cut[] {
  if (node.kind !== 'call') return [{ body: moved(node, level), holes: [], nodes: 1 }]
  let cuts: Cut[] = [{ body: { ...node, arguments: [] }, holes: [], nodes: 1 }]
  for (const [index, part] of node.arguments.entries()) {
    const lambda = isLambda(node.name, index)
    const choices = cutsWithin(part, level, lambda ? inner + 2 : inner)
    // What uses variables of the fragment cannot be handed in from outside; nor can a lambda.
    if (!lambda && !usesBound(part, level, level + inner)) {
      choices.push({
        body: { kind: 'input', type: part.type, index: 0 },
        holes: [lowered(part, level, inner)],
        nodes: 0,
      })
    }
    cuts = cuts
      .flatMap((cut) =>
        choices.map((choice) => ({
          body: {
            ...(cut.body as Call),
            arguments: [...(cut.body as Call).arguments, renumbered(choice.body, cut.holes.length)],
          },
          holes: [...cut.holes, ...choice.holes],
          nodes: cut.nodes + choice.nodes,
        })),
      )
      .filter(({ holes, nodes }) => nodes <= largest && holes.length <= mostHoles + 1)
      .slice(0, mostCuts)
  }
  // A fragment stands by itself: inputs of the program and variables bound around it must be holes.
  return cuts.filter(({ body }) => !strays(body))
}

/** Marks an input or a variable from around the fragment, which it must not name. */
const stray = 1_000

function moved(leaf: Exclude<Expression, Call>, level: number): Expression {
  if (leaf.kind === 'constant') return leaf
  if (leaf.kind === 'variable' && leaf.level >= level) return { ...leaf, level: leaf.level - level }
  return { kind: 'input', type: leaf.type, index: stray }
}

function strays(body: Expression): boolean {
  if (body.kind === 'input') return body.index >= stray
  return body.kind === 'call' && body.arguments.some(strays)
}

/** Whether an expression names variables numbered from `from` up to `to`. */
function usesBound(expression: Expression, from: number, to: number): boolean {
  if (expression.kind === 'variable') return expression.level >= from && expression.level < to
  return expression.kind === 'call' && expression.arguments.some((part) => usesBound(part, from, to))
}

/** An expression from within `inner` variables of a fragment, as it stands outside of it. */
function lowered(expression: Expression, level: number, inner: number): Expression {
  if (inner === 0 || expression.kind === 'input' || expression.kind === 'constant') return expression
  if (expression.kind === 'variable') {
    return expression.level < level ? expression : { ...expression, level: expression.level - inner }
  }
  return { ...expression, arguments: expression.arguments.map((part) => lowered(part, level, inner)) }
}

function renumbered(body: Expression, by: number): Expression {
  if (body.kind === 'input') return body.index >= stray ? body : { ...body, index: body.index + by }
  return body.kind === 'call' ? { ...body, arguments: body.arguments.map((part) => renumbered(part, by)) } : body
}

/** Makes one hole of those that hold the same. `undefined` if there are too many all the same. */
function mergeHoles(body: Expression, holes: readonly Expression[]): Omit<Cut, 'nodes'> | undefined {
  const keys = holes.map(keyOf)
  const distinct = [...new Set(keys)]
  if (distinct.length > mostHoles) return undefined
  const place = keys.map((key) => distinct.indexOf(key))
  const merge = (part: Expression): Expression => {
    if (part.kind === 'input') return { ...part, index: place[part.index] ?? 0 }
    return part.kind === 'call' ? { ...part, arguments: part.arguments.map(merge) } : part
  }
  return {
    body: merge(body),
    holes: distinct.map((key) => holes[keys.indexOf(key)]).filter((hole) => hole !== undefined),
  }
}

/** A program with a fragment called wherever it fits. */
function rewrite(program: Expression, fragment: Fragment, level = 0): Expression {
  if (program.kind !== 'call') return program
  const holes: (Expression | undefined)[] = fragment.parameters.map(() => undefined)
  const filled = match(fragment.body, program, { holes, level, inner: 0, types: fragment.parameters })
  const found = holes.filter((hole) => hole !== undefined)
  if (filled && found.length === fragment.parameters.length && program.type === fragment.returns) {
    return {
      kind: 'call',
      type: program.type,
      name: fragment.name,
      arguments: found.map((hole) => rewrite(hole, fragment, level)),
    }
  }
  return {
    ...program,
    arguments: program.arguments.map((part, index) =>
      rewrite(part, fragment, isLambda(program.name, index) ? level + 2 : level),
    ),
  }
}

/** Whether a program is the body of a fragment; fills the holes. */
function match(
  body: Expression,
  program: Expression,
  at: {
    readonly holes: (Expression | undefined)[]
    readonly level: number
    readonly inner: number
    readonly types: readonly Type[]
  },
): boolean {
  const { holes, level, inner, types } = at
  if (body.kind === 'input') {
    if (program.type !== types[body.index] || usesBound(program, level, level + inner)) return false
    const hole = lowered(program, level, inner)
    const before = holes[body.index]
    holes[body.index] = hole
    return before === undefined || keyOf(before) === keyOf(hole)
  }
  if (body.kind !== 'call' || program.kind !== 'call') return keyOf(fillHoles(body, [], level)) === keyOf(program)
  return (
    body.name === program.name &&
    body.type === program.type &&
    body.arguments.length === program.arguments.length &&
    body.arguments.every((part, index) => {
      const argument = program.arguments[index]
      return (
        argument !== undefined &&
        match(part, argument, { ...at, inner: isLambda(body.name, index) ? inner + 2 : inner })
      )
    })
  )
}
