import { describe, expect, test } from 'vitest'
import { UsageError } from '../cli-errors.js'
import { splitWords } from './split-words.js'

describe('splitWords()', () => {
  test.each([
    ['pass show salp', ['pass', 'show', 'salp']],
    ['  security  -s "my salp" -w ', ['security', '-s', 'my salp', '-w']],
    [`a'b c'"d 'e"`, [`ab cd 'e`]],
    [String.raw`C:\bin\key.exe ''`, [String.raw`C:\bin\key.exe`, '']],
    ['echo $HOME `id` ; ls', ['echo', '$HOME', '`id`', ';', 'ls']],
  ])('reads %j', (text, words) => {
    expect(splitWords(text)).toEqual(words)
  })

  test.each(['', '  ', 'a "b', "it's"])('refuses %j', (text) => {
    expect(() => splitWords(text)).toThrow(UsageError)
  })
})
