/** The browser's offer to install Studio, kept until a person takes it. */

/** What Chromium tells; no standard has it yet. */
interface InstallEvent extends Event {
  prompt(): Promise<unknown>
}

/** An offer that may come at any time. */
export interface InstallOffer {
  /** Whether there is one. */
  snapshot(): boolean
  subscribe(callback: () => void): () => void
  /** Takes it: the browser asks once more. */
  take(): void
}

/** Listens for the offer from now on. */
export function createInstallOffer(page: Pick<Window, 'addEventListener'>): InstallOffer {
  let offer: InstallEvent | undefined
  const subscribers = new Set<() => void>()
  const set = (next: InstallEvent | undefined): void => {
    offer = next
    for (const callback of subscribers) callback()
  }
  page.addEventListener('beforeinstallprompt', (event) => {
    // Studio offers it where it explains it.
    event.preventDefault()
    set(event as InstallEvent)
  })
  page.addEventListener('appinstalled', () => set(undefined))
  return {
    snapshot: () => offer !== undefined,
    subscribe(callback) {
      subscribers.add(callback)
      return () => subscribers.delete(callback)
    },
    take() {
      const taken = offer
      set(undefined)
      // Whoever says no is offered it again by the browser, when it sees fit.
      void taken?.prompt().catch(() => undefined)
    },
  }
}
