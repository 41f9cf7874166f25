/** The `tokenizer.json` of Hugging Face tokenizers, both ways. */

import { SalpError } from '@salp/core'
import { z } from 'zod'
import { lettersOfBytes } from './pieces.js'
import { createTokenizer, type Merge, type Tokenizer, tokenBytes } from './tokenizer.js'

const byteLevelSchema = z.object({
  type: z.literal('ByteLevel'),
  add_prefix_space: z.literal(false),
  use_regex: z.literal(true).default(true),
})
const fileSchema = z.object({
  added_tokens: z.array(z.object({ id: z.int().min(0), content: z.string() })).default([]),
  normalizer: z.null().default(null),
  pre_tokenizer: byteLevelSchema,
  model: z.object({
    type: z.literal('BPE').optional(),
    vocab: z.record(z.string(), z.int().min(0)),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
    dropout: z.null().default(null),
    unk_token: z.string().nullable().default(null),
    continuing_subword_prefix: z.union([z.null(), z.literal('')]).default(null),
    end_of_word_suffix: z.union([z.null(), z.literal('')]).default(null),
    ignore_merges: z.literal(false).default(false),
  }),
})

/**
 * Reads a parsed `tokenizer.json`: byte-level BPE with the usual pattern and no normalizer, such as GPT-2's.
 *
 * What it adds to every text (a post-processor) is left out, and special tokens are not looked for in text.
 *
 * @throws {@link TokenizerError} (`models/tokenizer`) if it is of another kind, or does not hold together.
 */
export function parseTokenizer(json: unknown): Tokenizer {
  const parsed = fileSchema.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new TokenizerError(`"${issue?.path.join('.')}" is not supported: ${issue?.message}`)
  }
  const { model, added_tokens: added } = parsed.data
  const vocabulary = new Map(Object.entries(model.vocab))
  const id = (token: string): number => {
    const found = vocabulary.get(token)
    if (found === undefined) throw new TokenizerError(`its vocabulary lacks "${token}"`)
    return found
  }
  const merges = model.merges.map((pair): Merge => {
    const [left = '', right = ''] = typeof pair === 'string' ? pair.split(' ', 2) : pair
    return [id(left), id(right), id(left + right)]
  })
  try {
    const specials = new Map(added.map(({ id: special, content }) => [content, special]))
    return createTokenizer({ specials, byteTokens: lettersOfBytes.map(id), merges })
  } catch (cause) {
    if (SalpError.is(cause)) throw cause
    throw new TokenizerError(cause instanceof Error ? cause.message : String(cause), cause)
  }
}

/** Writes a tokenizer as the content of a `tokenizer.json`. */
export function toTokenizerJson({ model }: Tokenizer): Record<string, unknown> {
  const letters = new Map<number, string>()
  for (const [id, bytes] of tokenBytes(model))
    letters.set(id, Array.from(bytes, (byte) => lettersOfBytes[byte] ?? '').join(''))
  for (const [name, id] of model.specials) letters.set(id, name)
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [...model.specials].map(([content, id]) => ({
      ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
    })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries([...letters].sort(([a], [b]) => a - b).map(([id, text]) => [text, id])),
      merges: model.merges.map(([left, right]) => [letters.get(left) ?? '', letters.get(right) ?? '']),
    },
  }
}

/** A tokenizer that is of another kind, or does not hold together. */
export class TokenizerError extends SalpError {
  constructor(why: string, cause?: unknown) {
    super('models/tokenizer', `Cannot read a tokenizer: ${why}`, { cause })
  }
}
