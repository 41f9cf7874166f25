import { openDatabase } from '@salp/core/node'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stem } from './stem.js'
import { fold, words } from './words.js'

/** What SQLite's tokenizer makes of a text, each stem once. */
function indexed(): (text: string) => string[] {
  const db = openDatabase(':memory:')
  db.exec(`CREATE VIRTUAL TABLE t USING fts5 (text, tokenize = 'porter unicode61 remove_diacritics 2');
    CREATE VIRTUAL TABLE v USING fts5vocab (t, 'row')`)
  return (text) => {
    db.exec('DELETE FROM t')
    db.prepare('INSERT INTO t VALUES (?)').run(text)
    return db
      .prepare<{ term: string }>('SELECT term FROM v')
      .all()
      .map(({ term }) => term)
      .sort()
  }
}

const here = (text: string): string[] => [...new Set(words(text).map((word) => stem(fold(word))))].sort()

describe('stem()', () => {
  test('gives the stems of the published examples', () => {
    const sample =
      'caresses ponies ties cats feed agreed plastered motoring conflated troubled sized hopping falling filing'
    expect(sample.split(' ').map(stem).join(' ')).toMatchInlineSnapshot(
      `"caress poni ti cat feed agre plaster motor conflat troubl size hop fall file"`,
    )
  })

  test("gives what SQLite's tokenizer gives, for words of every ending", () => {
    const there = indexed()
    const endings =
      `s es ies sses ss ed eed ing at bl iz y ational tional enci anci izer logi bli alli entli eli ousli ization
      ation ator alism iveness fulness ousness aliti iviti biliti icate ative alize iciti ical ful ness al ance ence er ic able
      ible ant ement ment ent sion tion ou ism ate iti ous ive ize e ll le fulli ying eying`.split(/\s+/)
    const syllable = fc.constantFrom(
      'b',
      'tr',
      'a',
      'ee',
      'y',
      'ow',
      'ax',
      'ss',
      'll',
      'ng',
      'io',
      'cat',
      'hop',
      'é',
      '7',
    )
    const word = fc.tuple(
      fc.array(syllable, { maxLength: 4 }),
      fc.constantFrom('', ...endings),
      fc.constantFrom('', 's', 'ed', 'ing'),
    )
    fc.assert(
      fc.property(fc.array(word.map(([syllables, ending, tail]) => syllables.join('') + ending + tail)), (sample) => {
        expect(here(sample.join(' '))).toEqual(there(sample.join(' ')))
      }),
      { numRuns: 2_000 },
    )
  })

  test('leaves words alone that are very short or very long', () => {
    expect([stem('is'), stem(`${'a'.repeat(70)}ing`)]).toEqual(['is', `${'a'.repeat(70)}ing`])
  })
})

describe('fold()', () => {
  test("folds Latin letters as SQLite's tokenizer does", () => {
    const there = indexed()
    for (const text of [
      'Ångström CAFÉ naïve',
      'Straße ŁÓDŹ',
      'résumé re\u0301sume\u0301',
      'Привет ЙОД',
      'Ελλάδα',
      '東京 データ',
    ]) {
      expect(here(text)).toEqual(there(text))
    }
  })
})
