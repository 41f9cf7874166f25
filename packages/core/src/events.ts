/** Facts, told to whoever listens. */

/** A map from the name of an event, `noun:past-participle`, to its plain data. */
export type EventMap = object

/** Tells others what happened. */
export interface Publisher<Events extends EventMap> {
  publish<Name extends keyof Events & string>(name: Name, event: Events[Name]): void
}

/** Hears what happened. Handlers only observe: whatever they throw is reported and changes nothing. */
export interface Subscriber<Events extends EventMap> {
  /** Calls `handler` for each later event of that name. @returns A function that stops it. */
  subscribe<Name extends keyof Events & string>(name: Name, handler: (event: Events[Name]) => void): () => void
  /** Calls `handler` for every later event. @returns A function that stops it. */
  subscribeAll(handler: (name: keyof Events & string, event: Events[keyof Events & string]) => void): () => void
}

/** Both ends of a bus. */
export interface EventBus<Events extends EventMap> extends Publisher<Events>, Subscriber<Events> {}

/**
 * Creates a bus. Delivery is synchronous, in order of subscription.
 *
 * What a handler publishes is delivered once the event it handles has reached everyone, so that all see one order. Who
 * subscribes during a delivery hears the next event; who stops hears no more of this one.
 *
 * @param options - `onError` receives what a handler throws, or its promise rejects with, and the event's name.
 */
export function createEventBus<Events extends EventMap>({
  onError,
}: {
  onError: (error: unknown, name: string) => void
}): EventBus<Events> {
  type Name = keyof Events & string
  type AnyHandler = (name: Name, event: Events[Name]) => unknown
  const handlers = new Set<AnyHandler>()
  const waiting: { name: Name; event: Events[Name] }[] = []
  let delivering = false

  const deliver = (name: Name, event: Events[Name]): void => {
    for (const handler of [...handlers]) {
      if (!handlers.has(handler)) continue
      try {
        const result = handler(name, event)
        if (result instanceof Promise) result.catch((error: unknown) => onError(error, name))
      } catch (error) {
        onError(error, name)
      }
    }
  }
  const subscribeAll = (handler: AnyHandler): (() => void) => {
    const own: AnyHandler = (name, event) => handler(name, event)
    handlers.add(own)
    return () => void handlers.delete(own)
  }
  return {
    publish(name, event) {
      waiting.push({ name, event })
      if (delivering) return
      delivering = true
      try {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) deliver(next.name, next.event)
      } finally {
        delivering = false
      }
    },
    subscribe: (wanted, handler) =>
      subscribeAll((name, event) => (name === wanted ? handler(event as Events[typeof wanted]) : undefined)),
    subscribeAll,
  }
}
