/** What every embedder must do, for the tests of whoever writes one. */

import { dot, type Embedder, embedAll } from '../embedder.js'

/**
 * Tries an embedder.
 *
 * @returns One sentence for each promise it breaks; none, if it can be used. Works with any test runner:
 * `expect(await checkEmbedder(create)).toEqual([])`.
 */
export async function checkEmbedder(create: () => Embedder | Promise<Embedder>): Promise<string[]> {
  const problems: string[] = []
  const claim = (holds: boolean, sentence: string): void => void (holds || problems.push(sentence))
  const embedder = await create()
  const texts = [
    'A cat sat on the mat.',
    'The stock market fell.',
    '',
    '日本語 \u{1F980}',
    'A cat sat on the mat.',
    'x'.repeat(20_000),
  ]
  claim(embedder.modelId !== '', 'It has no model id')
  claim(Number.isInteger(embedder.dimensions) && embedder.dimensions > 0, 'It has no dimensions')
  const vectors = await embedAll(embedder, texts, {})
  const cosine = (a: number, b: number): number =>
    dot(vectors[a] ?? new Float32Array(), vectors[b] ?? new Float32Array())
  claim(Math.abs(cosine(0, 4) - 1) < 1e-3, 'Equal texts of one batch have other vectors')
  const [again] = await embedAll(embedder, texts.slice(0, 1), {})
  claim(
    again !== undefined && dot(again, vectors[0] ?? again) > 0.999,
    'A text alone has another vector than in a batch',
  )
  const [like] = await embedAll(embedder, ['The cat sits on a mat'], {})
  claim(
    like !== undefined && dot(like, vectors[0] ?? like) > dot(like, vectors[1] ?? like),
    'A text is no nearer to its like',
  )
  const aborted = await embedder.embed(['late'], { signal: AbortSignal.abort(new Error('aborted')) }).then(
    () => false,
    () => true,
  )
  claim(aborted, 'It works on after an abort')
  return problems
}
