/** Names for what is made without the node. */

import { toHex } from '@salp/core'
/** 128 bits of chance, as hexadecimal; unlike `randomUUID` there on pages that are not secure too. */
export function newId(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(16)))
}
