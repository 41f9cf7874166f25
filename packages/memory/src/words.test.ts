import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { extraTerms, identifierParts, nameLikeWords, unspacedPairs, words } from './words.js'

describe('words()', () => {
  test('splits paths, snake_case and kebab-case', () => {
    expect(words('src/memory/index.ts, deploy_key or deploy-key!')).toEqual([
      ...['src', 'memory', 'index', 'ts', 'deploy', 'key', 'or', 'deploy', 'key'],
    ])
  })
})

describe('identifierParts()', () => {
  test.each([
    ['getUserName', ['get', 'user', 'name']],
    ['HTTPServer', ['http', 'server']],
    ['sha256Sum', ['sha256', 'sum']],
    ['Friday', []],
    ['HTTP', []],
  ])('of %s', (word, parts) => expect(identifierParts(word)).toEqual(parts))
})

describe('unspacedPairs()', () => {
  test('pairs the letters of a run and ends with the last alone', () => {
    expect(unspacedPairs('数据库')).toEqual(['数据', '据库', '库'])
  })

  test('finds runs beside other letters', () => {
    expect(unspacedPairs('iPhone手机')).toEqual(['手机', '机'])
  })

  test('gives nothing for spaced scripts', () => expect(unspacedPairs('Ключ')).toEqual([]))
})

describe('extraTerms()', () => {
  test('adds parts, pairs and tags, each once', () => {
    expect(extraTerms('getUserName userName 東京タワー v2版', ['Ops-Team'])).toBe(
      'get user name 東京 京タ タワ ワー ー 版 v2 ops team',
    )
  })

  test('leaves out no part of an identifier', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aBcD1 _-é') }), (content) => {
        const extra = extraTerms(content, []).split(' ')
        for (const part of words(content).flatMap(identifierParts)) expect(extra).toContain(part)
      }),
    )
  })

  test('adds nothing to plain prose', () => expect(extraTerms('The deploy key rotates on Fridays', [])).toBe(''))
})

describe('nameLikeWords()', () => {
  test('takes capitals, but not those that only start a sentence', () => {
    expect([...nameLikeWords('When did Ana leave? Since then Bob runs getUser')]).toEqual(['Ana', 'Bob', 'getUser'])
  })
})
