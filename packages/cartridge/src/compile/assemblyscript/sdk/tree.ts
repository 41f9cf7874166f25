/** `cart/tree`: what a frontend is told, and the tree that it answers with. */

/** In AssemblyScript. */
export const tree = `
import { Json } from 'cart/json'

/** What happened: the page was opened ("mount"), or someone did something with an element. */
export class UiEvent {
  /** "mount", "event" or "data". */
  type: string
  /** "click", "input" and the like, or "". */
  event: string
  /** Id that the element gave to this event, or "". */
  id: string
  /** What a field holds now, "true" or "false" for a box to tick, or "". */
  value: string
  /** Name of the key that was pressed, such as "Enter", or "". */
  key: string
  private fields: Json
  constructor(text: string) {
    const json = Json.parse(text)
    this.type = json.get("type").text
    this.event = json.get("event").text
    this.id = json.get("id").text
    this.value = json.get("value").text
    this.fields = json.get("value")
    this.key = json.get("key").text
  }
  /** Of a form that was sent: what its field of that name holds, or "". */
  field(name: string): string {
    return this.fields.get(name).text
  }
}

/** An element with a text in it. */
export function element(tag: string, text: string = ""): Element {
  const made = new Element(tag)
  return text == "" ? made : made.text(text)
}

/** An element of the page. Each method gives the element itself, so that they can follow one another. */
export class Element {
  private attributes: Json = Json.object()
  private events: Json = Json.object()
  private children: Json = Json.list()
  constructor(private tag: string) {}
  /** Sets an attribute. */
  set(name: string, value: string): Element {
    this.attributes.set(name, value)
    return this
  }
  /** Asks to be told of an event, under an id. */
  on(event: string, id: string): Element {
    this.events.set(event, id)
    return this
  }
  text(text: string): Element {
    this.children.add(text)
    return this
  }
  add(child: Element): Element {
    this.children.add(child.toJson())
    return this
  }
  toJson(): Json {
    const json = Json.object().set("t", this.tag)
    if (this.attributes.length > 0) json.set("a", this.attributes)
    if (this.events.length > 0) json.set("on", this.events)
    return json.set("c", this.children)
  }
  /** What render() returns. */
  toString(): string {
    return this.toJson().toString()
  }
}
`
