/** Ids for calls that no provider named. */

import type { LanguageModelV4Prompt } from '@ai-sdk/provider'

/**
 * Creates ids that differ within a conversation and are the same when it is replayed.
 *
 * They are made from what was said so far: a prompt that is longer, or differs, gives others.
 */
export function createCallIds(prefix: string, prompt: LanguageModelV4Prompt): () => string {
  const said = JSON.stringify(prompt, (_, value: unknown) => (value instanceof Uint8Array ? value.length : value))
  const digest = fnv1a(said)
  let count = 0
  return () => `${prefix}-${digest}-${++count}`
}

/** FNV-1a over UTF-16 units, twice from different starts: 64 bits as 16 digits. */
function fnv1a(text: string): string {
  let [a, b] = [0x811c9dc5, 0x050c5d1f]
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b ^ unit, 0x01000193) ^ (b >>> 15)
  }
  return [a, b].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}
