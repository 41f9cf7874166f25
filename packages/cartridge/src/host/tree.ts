/** The picture a frontend gives: a tree of elements, from fixed lists, that a page can build without trusting it. */

import { CartridgeTrap } from '../errors.js'

/** An element or a text. */
export type UiTree = string | UiElement

/** An element of a {@link UiTree}. */
export interface UiElement {
  /** Tag, in lower case. */
  readonly t: string
  /** Attributes. */
  readonly a?: Readonly<Record<string, string>> | undefined
  /** Event to the id that the cartridge knows it by. */
  readonly on?: Readonly<Record<string, string>> | undefined
  /** Children. */
  readonly c?: readonly UiTree[] | undefined
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const tags = words(
  'div span section article header footer main nav aside p h1 h2 h3 h4 h5 h6 hr br pre code blockquote strong em b i u s ' +
    'small mark sub sup kbd abbr time ul ol li dl dt dd table caption colgroup col thead tbody tfoot tr th td form label ' +
    'input textarea select option optgroup button fieldset legend output a img figure figcaption canvas details summary ' +
    'progress meter',
)
const attributes = words(
  'id class title lang dir role href src alt width height type value placeholder name checked disabled readonly required ' +
    'selected multiple min max step rows cols maxlength for colspan rowspan scope open datetime label',
)
const events = words('click dblclick input change submit keydown keyup focus blur pointerdown pointermove pointerup')
/** None that takes a file or a secret. */
const inputTypes = words('text number range checkbox radio search email tel url date time color submit button')

const maxNodes = 5_000
const maxDepth = 64
const maxAttribute = 8_192

/**
 * Checks a tree as a whole: tags, attributes and events from fixed lists, addresses of safe schemes, at most 5000 nodes
 * and a depth of 64.
 *
 * @throws {@link CartridgeTrap} (`cartridge/response`) if any part of it breaks a rule.
 */
export function parseTree(value: unknown): UiTree {
  let nodes = 0
  const parse = (node: unknown, depth: number): UiTree => {
    if (++nodes > maxNodes) refuse(`has more than ${maxNodes} nodes`)
    if (typeof node === 'string') return node
    if (depth > maxDepth) refuse(`is deeper than ${maxDepth}`)
    const { t, a, on, c, ...rest } = recordOf(node, 'a node')
    if (typeof t !== 'string' || !tags.has(t)) return refuse(`has the element ${shown(t)}`)
    const [unknown] = Object.keys(rest)
    if (unknown !== undefined) refuse(`has a node with ${shown(unknown)}`)
    if (c !== undefined && !Array.isArray(c)) refuse('has children that are no list')
    const children: readonly unknown[] = Array.isArray(c) ? c : []
    return {
      t,
      ...(a === undefined ? {} : { a: parseAttributes(t, a) }),
      ...(on === undefined ? {} : { on: parseEvents(on) }),
      ...(c === undefined ? {} : { c: children.map((child) => parse(child, depth + 1)) }),
    }
  }
  return parse(value, 1)
}

function parseAttributes(tag: string, value: unknown): Record<string, string> {
  const entries = Object.entries(recordOf(value, 'attributes'))
  for (const [name, content] of entries) {
    if (!attributes.has(name) && !/^(?:aria|data)-[a-z][a-z0-9-]{0,40}$/.test(name))
      refuse(`has the attribute ${shown(name)}`)
    if (typeof content !== 'string' || content.length > maxAttribute)
      refuse(`has a value of "${name}" that is no text, or long`)
    else if (name === 'href' || name === 'src') checkAddress(tag, name, content)
    else if (name === 'type' && !inputTypes.has(content)) refuse(`has the type ${shown(content)}`)
  }
  return Object.fromEntries(entries) as Record<string, string>
}

/** Addresses say their scheme, so that none depends on the page round it. */
function checkAddress(tag: string, name: string, address: string): void {
  const fits = name === 'href' ? tag === 'a' : tag === 'img'
  const scheme = name === 'href' ? /^(?:https?:\/\/|mailto:)/ : /^(?:https?:\/\/|data:image\/(?:png|gif|jpeg|webp)[;,])/
  const plain = /^[\u0021-\u007e\u00a1-\uffff]*$/.test(address)
  const limited = name === 'href' || !address.startsWith('data:') || !address.includes('<')
  if (!fits || !plain || !limited || !scheme.test(address)) refuse(`has the address ${shown(address)} at ${tag}`)
}

function parseEvents(value: unknown): Record<string, string> {
  const entries = Object.entries(recordOf(value, 'events'))
  for (const [name, id] of entries) {
    if (!events.has(name)) refuse(`has the event ${shown(name)}`)
    if (typeof id !== 'string' || id.length > 200) refuse(`has an event "${name}" without an id`)
  }
  return Object.fromEntries(entries) as Record<string, string>
}

function recordOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(`has ${what} that is no object`)
  return value as Readonly<Record<string, unknown>>
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 60) ?? String(value)
}

function refuse(why: string): never {
  throw new CartridgeTrap('response', `its tree ${why}`)
}
