/** How one tree of a frontend becomes the next, with as much of the first kept as possible. */

import type { UiElement, UiTree } from '../host/tree.js'

/** Where a node of the new tree comes from: nowhere, or a child that was there, with what changes in it. */
export type NodePlan =
  | { readonly type: 'create'; readonly tree: UiTree }
  | { readonly type: 'keep'; readonly from: number }
  | { readonly type: 'text'; readonly from: number; readonly text: string }
  | {
      readonly type: 'element'
      readonly from: number
      /** New values; `null` for what goes. */
      readonly attributes: Readonly<Record<string, string | null>>
      readonly events: Readonly<Record<string, string | null>>
      /** Absent if no child changes, comes, goes or moves. */
      readonly children: readonly NodePlan[] | undefined
    }

/**
 * Plans the children of an element, or the tree itself as the only one.
 *
 * A node with an `id`, or else a `data-key`, becomes the one of the same tag and name wherever it stands; others become the
 * next of their tag in order. What is not used goes.
 *
 * @returns One plan for each child of `after`, in order.
 */
export function planChildren(before: readonly UiTree[], after: readonly UiTree[]): NodePlan[] {
  const free = new Map<string, number[]>()
  for (const [index, tree] of before.entries()) {
    const name = nameOf(tree)
    const known = free.get(name)
    if (known === undefined) free.set(name, [index])
    else known.push(index)
  }
  return after.map((tree): NodePlan => {
    const from = free.get(nameOf(tree))?.shift()
    const old = from === undefined ? undefined : before[from]
    return from === undefined || old === undefined ? { type: 'create', tree } : planNode(from, old, tree)
  })
}

function planNode(from: number, before: UiTree, after: UiTree): NodePlan {
  if (typeof before === 'string' || typeof after === 'string')
    return before === after ? { type: 'keep', from } : { type: 'text', from, text: String(after) }
  const attributes = changes(before.a, after.a)
  const events = changes(before.on, after.on)
  const children = planInside(before, after)
  const still = Object.keys(attributes).length === 0 && Object.keys(events).length === 0 && children === undefined
  return still ? { type: 'keep', from } : { type: 'element', from, attributes, events, children }
}

function planInside({ c: before = [] }: UiElement, { c: after = [] }: UiElement): NodePlan[] | undefined {
  const plans = planChildren(before, after)
  const still =
    before.length === after.length && plans.every((plan, index) => plan.type === 'keep' && plan.from === index)
  return still ? undefined : plans
}

/** What tells a node from its neighbours: a text, or a tag with its own name if it has one. */
function nameOf(tree: UiTree): string {
  if (typeof tree === 'string') return ''
  const { id, 'data-key': key } = tree.a ?? {}
  return id !== undefined ? `${tree.t}#${id}` : key !== undefined ? `${tree.t}=${key}` : tree.t
}

function changes(
  before: Readonly<Record<string, string>> = {},
  after: Readonly<Record<string, string>> = {},
): Record<string, string | null> {
  const changed: Record<string, string | null> = {}
  for (const name of Object.keys(before)) if (!(name in after)) changed[name] = null
  for (const [name, value] of Object.entries(after)) if (before[name] !== value) changed[name] = value
  return changed
}
