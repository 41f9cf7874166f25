/** Builds a frontend's tree in the page, by DOM calls alone, and changes it in place. */

import type { UiTree } from '../host/tree.js'
import { type NodePlan, planChildren } from './tree-plan.js'
import { treeStyle } from './tree-style.js'

/** What a frontend is told of: `render` takes it as it is. */
export interface UiEvent {
  readonly type: 'event'
  /** `click`, `input`, … */
  readonly event: string
  /** As the tree names it. */
  readonly id: string
  /** Of a control; `true` or `false` of a checkbox or radio button. Of a form that is sent: its fields by name. */
  readonly value: string | Readonly<Record<string, string>> | null
  /** Of a key press. */
  readonly key: string | null
}

/** A tree in the page. */
export interface MountedTree {
  /** Shows another tree that `parseTree` let through. Focus stays, and so does typed text that the tree does not change. */
  update(tree: UiTree): void
  /** Takes it out of the page. */
  unmount(): void
}

/** Texts of a field that may come back from the cartridge after more was typed. */
const rememberedTexts = 50

interface Fields {
  /** Event to its id. */
  readonly events: Map<string, string>
  /** What was typed and told since somebody last meant something by it, newest last. */
  told: readonly string[]
  /** How often that was. */
  meant: number
}

/**
 * Mounts a tree inside a shadow root of an empty element: its ids and classes meet none of the page's, and no style of the
 * page reaches it but inherited ones and the custom properties that its own style names.
 *
 * @param tree - What `parseTree` let through.
 * @param onEvent - Told of each event that the tree names.
 */
export function mountTree(element: HTMLElement, tree: UiTree, onEvent: (event: UiEvent) => void): MountedTree {
  const { ownerDocument: page } = element
  const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' })
  const style = page.createElement('style')
  style.textContent = treeStyle
  const place = page.createElement('div')
  place.className = 'root'
  root.replaceChildren(style, place)
  // A form leads nowhere, whether the cartridge asks to hear of it or not.
  place.addEventListener('submit', (event) => event.preventDefault())
  const fields = new WeakMap<Element, Fields>()
  let shown: UiTree | undefined
  /** How often a form was sent, a button pressed, a line ended: what comes back then is an answer, not an echo. */
  let meant = 0

  const fieldsOf = (node: Element): Fields => {
    const known = fields.get(node) ?? { events: new Map<string, string>(), told: [], meant }
    fields.set(node, known)
    return known
  }

  const listen = (node: HTMLElement, name: string, id: string | null): void => {
    const { events } = fieldsOf(node)
    const heard = events.has(name)
    if (id === null) {
      // The listener stays, and has nothing to tell.
      events.set(name, '')
      return
    }
    events.set(name, id)
    if (!heard) node.addEventListener(name, (event) => tell(node, event))
  }

  const tell = (node: HTMLElement, event: Event): void => {
    const own = fieldsOf(node)
    const id = own.events.get(event.type)
    if (id === undefined || id === '') return
    const value = contentOf(node)
    if (isMeant(event)) meant++
    else if (typeof value === 'string') {
      own.told = [...(own.meant === meant ? own.told : []), value].slice(-rememberedTexts)
      own.meant = meant
    }
    onEvent({ type: 'event', event: event.type, id, value, key: event instanceof KeyboardEvent ? event.key : null })
  }

  const create = (node: UiTree): Node => {
    if (typeof node === 'string') return page.createTextNode(node)
    const { t: tag, a: attributes = {}, on = {}, c: children = [] } = node
    const made = page.createElement(tag)
    for (const [name, id] of Object.entries(on)) listen(made, name, id)
    for (const child of children) made.append(create(child))
    // A choice has its options before it has its value.
    for (const [name, value] of inOrder(attributes)) setAttribute(made, name, value)
    if (made instanceof HTMLAnchorElement) {
      made.target = '_blank'
      made.rel = 'noopener noreferrer'
    }
    return made
  }

  const setAttribute = (node: HTMLElement, name: string, value: string | null): void => {
    if (value === null) node.removeAttribute(name)
    else node.setAttribute(name, value)
    if (name === 'value' && hasText(node)) {
      const text = value ?? ''
      // A text that comes back late must not overwrite what was typed since.
      const own = fieldsOf(node)
      const late = root.activeElement === node && own.meant === meant && own.told.includes(text)
      if (node.value !== text && !late) node.value = text
    } else if (name === 'checked' && node instanceof HTMLInputElement) node.checked = value !== null
    else if (name === 'selected' && node instanceof HTMLOptionElement) node.selected = value !== null
  }

  const change = (node: Node, plan: NodePlan): void => {
    if (plan.type === 'text') node.nodeValue = plan.text
    if (plan.type !== 'element' || !(node instanceof HTMLElement)) return
    for (const [name, id] of Object.entries(plan.events)) listen(node, name, id)
    if (plan.children !== undefined) arrange(node, plan.children)
    for (const [name, value] of inOrder(plan.attributes)) setAttribute(node, name, value)
  }

  /** Puts children in the order of their plans. */
  const arrange = (parent: Node, plans: readonly NodePlan[]): void => {
    const before = [...parent.childNodes]
    const used = new Set(plans.map((plan) => (plan.type === 'create' ? undefined : before[plan.from])))
    for (const node of before) if (!used.has(node)) node.remove()
    let next = parent.firstChild
    for (const plan of plans) {
      const node = plan.type === 'create' ? create(plan.tree) : before[plan.from]
      if (node === undefined) continue
      change(node, plan)
      if (node === next) next = node.nextSibling
      else parent.insertBefore(node, next)
    }
  }

  const update = (next: UiTree): void => {
    arrange(place, planChildren(shown === undefined ? [] : [shown], [next]))
    shown = next
  }

  update(tree)
  return { update, unmount: () => root.replaceChildren() }
}

/** Attributes with the value last: what fits depends on the type and the ends of the range. */
function inOrder<Value>(attributes: Readonly<Record<string, Value>>): [name: string, value: Value][] {
  return Object.entries(attributes).sort(([a], [b]) => Number(a === 'value') - Number(b === 'value'))
}

/** Whether an event is more than typing. */
function isMeant(event: Event): boolean {
  return ['submit', 'change', 'click'].includes(event.type) || (event instanceof KeyboardEvent && event.key === 'Enter')
}

function contentOf(node: HTMLElement): UiEvent['value'] {
  if (node instanceof HTMLFormElement)
    return Object.fromEntries(
      [...new FormData(node)].filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    )
  if (node instanceof HTMLInputElement && (node.type === 'checkbox' || node.type === 'radio'))
    return String(node.checked)
  return hasText(node) || node instanceof HTMLButtonElement ? node.value : null
}

function hasText(node: HTMLElement): node is HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement {
  return (
    (node instanceof HTMLInputElement && node.type !== 'checkbox' && node.type !== 'radio') ||
    node instanceof HTMLTextAreaElement ||
    node instanceof HTMLSelectElement
  )
}
