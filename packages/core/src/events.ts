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
 * @param options - `onError` receives what a handler throws, with the event's name.
 */
export function createEventBus<Events extends EventMap>({
  onError,
}: {
  onError: (error: unknown, name: string) => void
}): EventBus<Events> {
  type AnyHandler = (name: keyof Events & string, event: Events[keyof Events & string]) => void
  const handlers = new Set<AnyHandler>()
  const subscribeAll = (handler: AnyHandler): (() => void) => {
    const own: AnyHandler = (name, event) => handler(name, event)
    handlers.add(own)
    return () => void handlers.delete(own)
  }
  return {
    publish(name, event) {
      for (const handler of [...handlers]) {
        try {
          handler(name, event)
        } catch (error) {
          onError(error, name)
        }
      }
    },
    subscribe: (wanted, handler) =>
      subscribeAll((name, event) => {
        if (name === wanted) handler(event as Events[typeof wanted])
      }),
    subscribeAll,
  }
}
