/** Names for what is made without the node. */

/** 128 bits of chance, as hexadecimal; unlike `randomUUID` there on pages that are not secure too. */
export function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
