/** What the node says of a published cartridge. */

import type { Capability, Kind, Language } from '@salp/cartridge'

/** `GET /c/:id/manifest.json`. */
export interface PlayerManifest {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly kind: Kind
  readonly language: Language
  readonly version: number
  readonly capabilities: readonly Capability[]
  /** Whether a finished page stands in the place of its tree. */
  readonly hasPage: boolean
}

/** Takes it from the node that served this page, which is trusted. @throws Error for what a page cannot run. */
export function readManifest(value: unknown): PlayerManifest {
  const manifest = value as PlayerManifest
  const { name, kind } = manifest
  if (kind !== 'interactive' && kind !== 'frontend') throw new Error(`“${name}” is not for a browser`)
  return manifest
}
