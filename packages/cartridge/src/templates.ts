/** Programs to begin from, and how a person's words lead to one. */

import { z } from 'zod'
import { type CartridgeTest, cartridgeTestSchema, draftSchema, languages, type TemplateView } from './protocol.js'
import { type Capability, kinds } from './rewrite/abi.js'

/** What `cartridge.json` says of a template. */
export const templateManifestSchema = draftSchema
  .pick({ name: true, description: true, capabilities: true, port: true })
  .extend({
    kind: z.enum(kinds),
    language: z.enum(languages),
    callTargets: draftSchema.shape.callTargets.default([]),
    /** How a person asks for it, in lower case: `snake game`. */
    words: z.array(z.string().regex(/^[\p{Ll}\p{N}]+(?: [\p{Ll}\p{N}]+)*$/u)).min(1),
    tests: z.array(cartridgeTestSchema).min(1).max(100),
  })

/** A program to begin from: works as it is, and passes its tests. */
export interface Template extends TemplateView {
  readonly source: string
  /** HTML document of a frontend that is shown instead of its tree. */
  readonly page?: string | undefined
  readonly capabilities: readonly Capability[]
  readonly callTargets: readonly string[]
  /** Port that a cognitive function may take over. */
  readonly port?: string | undefined
  readonly tests: readonly CartridgeTest[]
}

/**
 * Finds what a person asks for: `a snake game please`, `tetris`, `snake`.
 *
 * The template with that id; otherwise the one that knows most words of the text, the first one if several do. It has to
 * know one of its phrases in it: the words in their order, with at most two others between any two. Plurals count as the
 * same word.
 *
 * @returns `undefined` if no phrase of any is found.
 */
export function findTemplate<Known extends Pick<TemplateView, 'id' | 'words'>>(
  templates: readonly Known[],
  text: string,
): Known | undefined {
  const named = templates.find(({ id }) => id === text.trim().toLowerCase())
  if (named !== undefined) return named
  const asked = wordsOf(text)
  let best: Known | undefined
  let most = 0
  for (const template of templates) {
    const phrases = template.words.map(wordsOf)
    if (!phrases.some((phrase) => isSaid(phrase, asked))) continue
    const known = new Set(phrases.flat())
    const count = asked.filter((word) => known.has(word)).length
    if (count <= most) continue
    best = template
    most = count
  }
  return best
}

/** Words of a text between two of a phrase, at most. */
const maxGap = 2

/** Whether the words of a phrase stand in a text, in their order and near one another. */
function isSaid(phrase: readonly string[], text: readonly string[], from = 0, last = text.length - 1): boolean {
  const [word, ...rest] = phrase
  if (word === undefined) return true
  for (let place = from; place <= last; place++) {
    if (text[place] === word && isSaid(rest, text, place + 1, place + 1 + maxGap)) return true
  }
  return false
}

/** Words in lower case, without the `s` of a plural. */
function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return words.map((word) => (/[^s]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word))
}
