/** Fetches the active version of a cartridge, to be run in this page. */

import type { CartridgeSummary } from '@salp/cartridge'
import type { Abortable, Api } from '../../api/client.js'
import type { PageProgram } from './open-in-page.js'

/** What runs on the node now, with what that version may do: its draft may ask for something else by now. */
export async function loadProgram(
  api: Api,
  { id, kind, language }: Pick<CartridgeSummary, 'id' | 'kind' | 'language'>,
  options: Abortable,
): Promise<PageProgram> {
  const { version, bytes } = await api.cartridgeModule(id, options)
  const { draft } = await api.cartridgeVersion(id, version, options)
  return { id, kind, language, bytes, capabilities: draft.capabilities }
}
