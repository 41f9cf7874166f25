/** What a memory asks of a language model that reads for it. None is needed: rules read everything first. */

import { SalpError } from '@salp/core'
import { z } from 'zod'
import { nameKey } from './names.js'

/** A relation, as a model reads it. */
export interface ReadRelation {
  readonly subject: string
  readonly relation: string
  readonly object: string
  /** Range [0, 1]. */
  readonly confidence: number
  /** How the subject fares by it. Range [−1, 1]. */
  readonly valence: number
}

/** What a model reads from one text. */
export interface Reading {
  readonly names: readonly { readonly name: string; readonly aliases: readonly string[] }[]
  readonly relations: readonly ReadRelation[]
}

/** A fact that several texts leave behind. */
export interface Consolidated {
  /** In a sentence that stands alone. */
  readonly content: string
  /** Range [0, 1]. */
  readonly confidence: number
}

/** Reads texts with a language model. */
export interface Extractor {
  /** Names the model and its prompt: what another one read is not taken for its own. */
  readonly modelId: string
  /** Most texts of one call. @defaultValue `8` */
  readonly batchSize?: number | undefined
  /** @returns One reading for each text, in order. */
  extract(texts: readonly string[], options: { readonly signal?: AbortSignal | undefined }): Promise<readonly Reading[]>
  /** Says what is worth keeping of the events of one conversation, oldest first. Nothing, if nothing is. */
  consolidate(
    texts: readonly string[],
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly Consolidated[]>
}

const share = z.number().min(0).max(1)
const word = z.string().min(1).max(200)

/** What an extractor may return; shared with those that ask a model for it. */
export const readingSchema = z.object({
  names: z.array(z.object({ name: word, aliases: z.array(word).max(8) })).max(64),
  relations: z
    .array(
      z.object({
        subject: word,
        relation: word.describe('A short verb phrase or noun, such as "works for" or "birthplace"'),
        object: word,
        confidence: share,
        valence: z.number().min(-1).max(1).describe('How the subject fares by it: -1 badly, 0 neither, 1 well'),
      }),
    )
    .max(64),
})

/** As {@link readingSchema}, for {@link Extractor.consolidate}. */
export const consolidatedSchema = z.array(z.object({ content: z.string().min(1).max(2_000), confidence: share })).max(8)

/** Confidence from which a relation is believed. */
const believed = 0.5

/**
 * Reads, and checks what comes back: what does not stand in the text was made up, and is left out.
 *
 * @throws {@link ExtractorError} (`memory/extractor`) if it is not what was promised.
 */
export async function extractAll(
  extractor: Extractor,
  texts: readonly string[],
  signal?: AbortSignal,
): Promise<Reading[]> {
  const readings = z.array(readingSchema).safeParse(await extractor.extract(texts, { signal }))
  if (!readings.success || readings.data.length !== texts.length)
    throw new ExtractorError(extractor.modelId, 'its readings are malformed')
  return readings.data.map(({ names, relations }, index) => {
    const text = ` ${nameKey(texts[index] ?? '')} `
    const stands = (part: string): boolean => nameKey(part).length > 1 && text.includes(` ${nameKey(part)} `)
    return {
      names: names
        .filter(({ name }) => stands(name))
        .map(({ name, aliases }) => ({ name, aliases: aliases.filter(stands) })),
      relations: relations.filter(
        ({ subject, object, confidence }) => confidence >= believed && stands(subject) && stands(object),
      ),
    }
  })
}

/** An extractor that does not keep its promise. */
export class ExtractorError extends SalpError {
  readonly modelId: string
  constructor(modelId: string, why: string) {
    super('memory/extractor', `Cannot use what "${modelId}" read: ${why}`)
    this.modelId = modelId
  }
}
