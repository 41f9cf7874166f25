import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { UiTree } from '../host/tree.js'
import { type NodePlan, planChildren } from './tree-plan.js'

/** What the children become, by the plan alone. */
function follow(before: readonly UiTree[], plans: readonly NodePlan[]): UiTree[] {
  return plans.map((plan): UiTree => {
    if (plan.type === 'create') return plan.tree
    const old = before[plan.from]
    if (old === undefined) throw new RangeError(`No child ${plan.from}`)
    if (plan.type === 'keep') return old
    if (plan.type === 'text') return plan.text
    if (typeof old === 'string') throw new TypeError('A text has nothing inside')
    return {
      t: old.t,
      a: changed(old.a, plan.attributes),
      on: changed(old.on, plan.events),
      c: plan.children === undefined ? (old.c ?? []) : follow(old.c ?? [], plan.children),
    }
  })
}

function changed(before: Readonly<Record<string, string>> = {}, by: Readonly<Record<string, string | null>>) {
  const kept = Object.entries({ ...before, ...by }).filter((entry): entry is [string, string] => entry[1] !== null)
  return Object.fromEntries(kept)
}

/** With every field there. */
function whole(tree: UiTree): UiTree {
  return typeof tree === 'string'
    ? tree
    : { t: tree.t, a: tree.a ?? {}, on: tree.on ?? {}, c: (tree.c ?? []).map(whole) }
}

const { tree } = fc.letrec<{ tree: UiTree; element: UiTree }>((tie) => ({
  tree: fc.oneof({ depthSize: 'small' }, fc.constantFrom('a', 'b', ''), tie('element')),
  element: fc.record(
    {
      t: fc.constantFrom('p', 'li', 'input'),
      a: fc.dictionary(fc.constantFrom('id', 'data-key', 'value'), fc.constantFrom('1', '2', '3'), {
        noNullPrototype: true,
      }),
      on: fc.dictionary(fc.constantFrom('click', 'input'), fc.constantFrom('x', 'y'), { noNullPrototype: true }),
      c: fc.array(tie('tree'), { maxLength: 5 }),
    },
    { requiredKeys: ['t'], noNullPrototype: true },
  ),
}))
const children = fc.array(tree, { maxLength: 6 })

describe('planChildren()', () => {
  test('leads to the new tree, whatever stood there', () => {
    fc.assert(
      fc.property(children, children, (before, after) => {
        expect(follow(before, planChildren(before, after)).map(whole)).toEqual(after.map(whole))
      }),
    )
  })

  test('uses each child once at most', () => {
    fc.assert(
      fc.property(children, children, (before, after) => {
        const used = planChildren(before, after).flatMap((plan) => (plan.type === 'create' ? [] : [plan.from]))
        expect(new Set(used).size).toBe(used.length)
      }),
    )
  })

  test('keeps everything of an equal tree', () => {
    fc.assert(
      fc.property(children, (before) => {
        expect(planChildren(before, structuredClone(before))).toEqual(before.map((_, from) => ({ type: 'keep', from })))
      }),
    )
  })

  test('finds a named child where it moved to', () => {
    const item = (id: string, text: string): UiTree => ({ t: 'li', a: { id }, c: [text] })
    expect(planChildren([item('a', 'A'), item('b', 'B')], [item('c', 'C'), item('b', 'B!'), item('a', 'A')])).toEqual([
      { type: 'create', tree: item('c', 'C') },
      { type: 'element', from: 1, attributes: {}, events: {}, children: [{ type: 'text', from: 0, text: 'B!' }] },
      { type: 'keep', from: 0 },
    ])
  })

  test('says what comes and goes among attributes and events', () => {
    const before: UiTree = { t: 'button', a: { class: 'primary', title: 'Go' }, on: { click: 'go' } }
    const after: UiTree = { t: 'button', a: { title: 'Went', disabled: '' }, on: { focus: 'seen' } }
    expect(planChildren([before], [after])).toEqual([
      {
        ...{ type: 'element', from: 0, children: undefined },
        attributes: { class: null, title: 'Went', disabled: '' },
        events: { click: null, focus: 'seen' },
      },
    ])
  })
})
