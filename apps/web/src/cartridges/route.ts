/** What the cartridges page shows, as its address says it: `#/cartridges`, `#/cartridges/<id>`, and the view beside the code. */

/** The views beside the code of a cartridge, in their order. */
export const cartridgeViews = [
  { id: 'tests', name: 'Tests' },
  { id: 'logs', name: 'Logs' },
  { id: 'keys', name: 'Keys' },
  { id: 'versions', name: 'Versions' },
  { id: 'settings', name: 'Settings' },
  { id: 'publish', name: 'Publish' },
] as const

/** One of {@link cartridgeViews}. */
export type CartridgeViewName = (typeof cartridgeViews)[number]['id']

/** A place on the page: the list, or a cartridge. */
export interface CartridgesRoute {
  readonly id?: string | undefined
  /** @defaultValue the first */
  readonly view?: CartridgeViewName | undefined
}

/** Reads a hash; nothing, if it is not one of this page. */
export function parseCartridgesHash(hash: string): CartridgesRoute | undefined {
  const match = /^#\/cartridges(?:\/([a-z0-9-]+))?(?:\?(.*))?$/.exec(hash)
  if (!match) return undefined
  const asked = new URLSearchParams(match[2]).get('view')
  const view = cartridgeViews.find(({ id }) => id === asked)?.id
  return { ...(match[1] !== undefined && { id: match[1] }), ...(view !== undefined && { view }) }
}

/** Writes a hash that {@link parseCartridgesHash} reads back. */
export function cartridgesHash({ id, view }: CartridgesRoute = {}): string {
  const path = id === undefined ? '#/cartridges' : `#/cartridges/${id}`
  return view === undefined || view === 'tests' ? path : `${path}?view=${view}`
}
