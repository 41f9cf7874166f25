import { Tokenizer as Other } from '@huggingface/tokenizers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runsOf } from './pieces.js'
import { createTokenizer } from './tokenizer.js'
import { parseTokenizer, TokenizerError, toTokenizerJson } from './tokenizer-json.js'
import { trainTokenizer } from './train-tokenizer.js'

const corpus = [
  'the cat sat on the mat, and the other cat sat there too.\n\nconst cat = mats.map((mat) => mat.cat)\n',
  "it's the cat's hat; they'll say 1234 cats, 12 hats — naïve façade, 猫猫猫 🐈🐈\t\n  indented   text  ",
]
const tokenizer = trainTokenizer(corpus, { size: 340, specials: ['<pad>', '<bos>', '<eos>'] })

describe('trainTokenizer()', () => {
  test('merges what comes most often, of equals what has lower ids', () => {
    const { model } = trainTokenizer(['ab ab ab cd cd x'], { size: 260, specials: [] })
    const [a, b, c, d, space] = [...'abcd '].map((letter) => letter.charCodeAt(0))
    // ' ab' twice and 'ab' once: 'ab' comes three times; then ' c', ' ab' and 'cd' twice each.
    expect(model.merges).toEqual([
      [a, b, 256],
      [space, c, 257],
      [space, 256, 258],
      [257, d, 259],
    ])
  })

  test('does not depend on the order of texts', () => {
    expect(trainTokenizer(corpus.toReversed(), { size: 340, specials: ['<pad>', '<bos>', '<eos>'] }).model).toEqual(
      tokenizer.model,
    )
  })

  test('ends early if no pair comes twice', () => {
    expect(trainTokenizer(['abc'], { size: 400, specials: [] }).size).toBe(256)
    expect(trainTokenizer([], { size: 400, specials: [] }).size).toBe(256)
  })

  test('counts pairs that overlap as often as they can be merged', () => {
    const { model, encode } = trainTokenizer(['aaaa aaaa'], { size: 258, specials: [] })
    expect(model.merges).toEqual([
      [97, 97, 256],
      [256, 256, 257],
    ])
    expect(encode('aaaaa')).toEqual([257, 97])
  })

  test('refuses a size without room, and a special token twice', () => {
    expect(() => trainTokenizer([], { size: 258, specials: ['a', 'b', 'c'] })).toThrow(
      'Cannot train a tokenizer of 258 tokens: expected [259, 1048576]',
    )
    expect(() => trainTokenizer([], { size: 300, specials: ['a', 'a'] })).toThrow('Cannot use a special token twice')
  })

  test('stops by its signal', () => {
    const signal = AbortSignal.abort(new Error('enough'))
    expect(() => trainTokenizer(corpus, { size: 300, specials: [], signal })).toThrow('enough')
  })
})

describe('createTokenizer()', () => {
  test('gives any bytes back as they were', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text)),
        ),
        (bytes) => {
          const ids = tokenizer.encode(bytes)
          expect(ids.every((id) => id >= 3 && id < tokenizer.size)).toBe(true)
          expect([...tokenizer.decode(ids)]).toEqual([...bytes])
        },
      ),
    )
  })

  test('gives any well-formed text back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(tokenizer.decodeText(tokenizer.encode(text))).toBe(text)
      }),
    )
  })

  test('encodes text and its bytes alike, a byte order mark included', () => {
    for (const text of [...corpus, '\ufeffcat'])
      expect(tokenizer.encode(new TextEncoder().encode(text))).toEqual(tokenizer.encode(text))
  })

  test('never makes a special token of text, and leaves them out when it decodes', () => {
    expect(tokenizer.encode('<eos>')).not.toContain(2)
    expect(tokenizer.decodeText([1, ...tokenizer.encode('cat'), 2])).toBe('cat')
  })

  test('is quick with one long piece', () => {
    const long = 'cat'.repeat(50_000)
    expect(tokenizer.decodeText(tokenizer.encode(long))).toBe(long)
  })

  test('refuses an unknown id, and a model that does not hold together', () => {
    expect(() => tokenizer.decode([9_999])).toThrow('Cannot decode token 9999: there is none')
    const { model } = tokenizer
    expect(() => createTokenizer({ ...model, merges: [[5, 9_000, 9_001]] })).toThrow(
      'Cannot merge the tokens 5 and 9000',
    )
    expect(() => createTokenizer({ ...model, merges: [[5, 6, 7]] })).toThrow('Cannot use the token 7')
  })
})

describe('runsOf()', () => {
  test('tells text from other bytes as a decoder does', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        let valid = true
        try {
          new TextDecoder('utf-8', { fatal: true }).decode(bytes)
        } catch {
          valid = false
        }
        expect(runsOf(bytes).every((run) => 'text' in run)).toBe(valid)
      }),
    )
  })
})

describe('toTokenizerJson(), parseTokenizer()', () => {
  const json = JSON.parse(JSON.stringify(toTokenizerJson(tokenizer)))

  test('come round', () => {
    const read = parseTokenizer(json)
    expect(read.model).toEqual(tokenizer.model)
    expect(toTokenizerJson(read)).toEqual(json)
  })

  test('encode as Hugging Face does', () => {
    const other = new Other(json, {})
    for (const text of [...corpus, '', ' ', 'hello world', "we've  2 cats\r\n\u0085\u00a0x"]) {
      expect(tokenizer.encode(text), text).toEqual(other.encode(text).ids)
      expect(tokenizer.decodeText(tokenizer.encode(text))).toBe(text)
    }
  })

  test('read merges written as one text each', () => {
    const old = { ...json, model: { ...json.model, merges: json.model.merges.map((pair: string[]) => pair.join(' ')) } }
    expect(parseTokenizer(old).model).toEqual(tokenizer.model)
  })

  test.each<[string, unknown]>([
    ['no object', 'x'],
    ['another kind of model', { ...json, model: { ...json.model, type: 'Unigram' } }],
    ['a normalizer', { ...json, normalizer: { type: 'NFC' } }],
    ['another pattern', { ...json, pre_tokenizer: { type: 'Whitespace' } }],
    ['a space put in front', { ...json, pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true } }],
    ['a merge of unknown tokens', { ...json, model: { ...json.model, merges: [['x', 'unknown']] } }],
    ['a byte without a token', { ...json, model: { ...json.model, vocab: { a: 1 } } }],
    ['an id used twice', { ...json, model: { ...json.model, vocab: { ...json.model.vocab, a: 5 } } }],
  ])('refuse %s', (_, file) => {
    expect(() => parseTokenizer(file)).toThrow(TokenizerError)
  })
})
