/** A memory that keeps no secrets, whoever hands them to it. */

import type { Redactor } from '@salp/core'
import type { Memory } from '@salp/memory'

/** Takes secrets out of what is remembered or changed, before it is written. */
export function discreetMemory(memory: Memory, redactor: Pick<Redactor, 'text'>): Memory {
  const clean = <T extends { readonly content: string }>(input: T): T => ({
    ...input,
    content: redactor.text(input.content),
  })
  return {
    ...memory,
    remember: (input) => memory.remember(clean(input)),
    rememberAll: (inputs) => memory.rememberAll(inputs.map(clean)),
    revise: (id, change, options) =>
      memory.revise(
        id,
        change.content === undefined ? change : { ...change, content: redactor.text(change.content) },
        options,
      ),
  }
}
