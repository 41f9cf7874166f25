/** Counts tokens exactly, by the tokenizer of a model. */

import { readFile } from 'node:fs/promises'
import { Tokenizer } from '@huggingface/tokenizers'
import { SalpError } from '@salp/core'

/** Texts whose count is remembered: a prompt is counted again at every step. */
const remembered = 4_096

/**
 * Opens `tokenizer.json`, as models of the Hugging Face hub carry it.
 *
 * @returns Gives the tokens of a text, those left out that stand around a whole prompt. Integer, at least 0.
 * @throws {@link TokenizerError} (`models/tokenizer`) if it cannot be read, or is none.
 */
export async function openTokenCounter(path: string): Promise<(text: string) => number> {
  let tokenizer: Tokenizer
  try {
    tokenizer = new Tokenizer(JSON.parse(await readFile(path, 'utf8')), {})
    tokenizer.encode('a', { add_special_tokens: false })
  } catch (cause) {
    throw new TokenizerError(path, cause)
  }
  const known = new Map<string, number>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const count = tokenizer.encode(text, { add_special_tokens: false }).ids.length
    if (known.size >= remembered) known.clear()
    known.set(text, count)
    return count
  }
}

/** A file that is no tokenizer: `models/tokenizer`. */
class TokenizerError extends SalpError {
  constructor(path: string, cause: unknown) {
    super('models/tokenizer', `Cannot count tokens with "${path}": expected the tokenizer.json of a model`, { cause })
  }
}
