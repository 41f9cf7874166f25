/** Cartridges and templates as the list of them gives them, and the one that is meant. */

import { z } from 'zod'
import { plainText } from './markdown.js'
import { type Outcome, resultOf } from './outcome.js'
import { tellingWords } from './rules/programs.js'
import { stem } from './words.js'

const listedSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  /** Number of the version that answers; absent before the first one. */
  version: z.number().optional(),
})
const templateSchema = z.object({ id: z.string(), kind: z.string(), description: z.string() })
const listSchema = z.object({ cartridges: z.array(listedSchema), templates: z.array(templateSchema) })

/** A cartridge in the list. */
export type Listed = z.infer<typeof listedSchema>
/** Something to make one from. */
export type Template = z.infer<typeof templateSchema>

/** What `list_cartridges` gave; nothing in it where it is of another shape. */
export function cartridgeListIn({ output }: Outcome): z.infer<typeof listSchema> {
  return listSchema.safeParse(resultOf(output)).data ?? { cartridges: [], templates: [] }
}

const madeSchema = z.object({ cartridge: z.object({ id: z.string() }) })
const usedSchema = z.object({ id: z.string() })

/** Id of the cartridge that a call made or was about. */
export function cartridgeIn({ toolName, input, output }: Outcome): string | undefined {
  if (!toolName.endsWith('_cartridge')) return undefined
  return madeSchema.safeParse(resultOf(output)).data?.cartridge.id ?? usedSchema.safeParse(input).data?.id
}

/**
 * Finds the cartridge that words mean: by id or name, else by the words shared with both; at least half have to be.
 *
 * @returns Several where it cannot be told which.
 */
export function findCartridges(words: string, listed: readonly Listed[]): readonly Listed[] {
  const wanted = wordsOf(words)
  const telling = tellingWords(wanted)
  for (const tried of [wanted, telling]) {
    const same = listed.filter(({ id, name }) => [id, name].some((text) => wordsOf(text).join(' ') === tried.join(' ')))
    if (same.length > 0) return same
  }
  const scored = listed.map((cartridge) => {
    const own = new Set(wordsOf(`${cartridge.id} ${cartridge.name}`).map(stem))
    const shared = (some: readonly string[]): number => some.filter((word) => own.has(stem(word))).length
    return { cartridge, isNear: shared(telling) > 0 && shared(telling) * 2 >= telling.length, score: shared(wanted) }
  })
  const near = scored.filter(({ isNear }) => isNear)
  const most = Math.max(...near.map(({ score }) => score))
  return near.filter(({ score }) => score === most).map(({ cartridge }) => cartridge)
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}

/** The one that is meant, or words where it cannot be told. */
export function theCartridge(words: string, listed: readonly Listed[]): Listed | string {
  const [found, ...others] = findCartridges(words, listed)
  if (found === undefined) {
    return listed.length === 0
      ? 'You have no cartridges yet. Say “make a snake game”, or “what can you build?”.'
      : `I found no cartridge like “${plainText(words)}”. Say “list my cartridges” to see them.`
  }
  if (others.length === 0) return found
  const lines = [found, ...others].map(({ id, name }) => `- **${plainText(id)}** ${plainText(name)}`)
  return `Which one? Say its id:\n\n${lines.join('\n')}`
}
