/** What the node says of a published cartridge. */

import type { Capability, Kind } from '@salp/cartridge'

/** `GET /c/:id/manifest.json`. */
export interface PlayerManifest {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly kind: Kind
  readonly version: number
  readonly capabilities: readonly Capability[]
  /** Whether a finished page stands in the place of its tree. */
  readonly hasPage: boolean
}

/** Takes it from the node that served this page, which is trusted. @throws Error for a kind that is not shown in a page. */
export function readManifest(value: unknown): PlayerManifest {
  const manifest = value as PlayerManifest
  if (manifest.kind !== 'interactive' && manifest.kind !== 'frontend')
    throw new Error(`Cannot show "${manifest.name}": it is ${manifest.kind}`)
  return manifest
}
