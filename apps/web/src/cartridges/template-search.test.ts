import { describe, expect, test } from 'vitest'
import { searchTemplates } from './template-search.js'

const templates = [
  { name: 'Echo', description: 'Answers with what it was asked, a list of headers too.', words: ['mirror'] },
  { name: 'Guestbook', description: 'Keeps greetings.', words: ['visitors list'] },
  { name: 'To-do list', description: 'Things to do.', words: ['tasks', 'todo'] },
]
const found = (query: string) => searchTemplates(query, templates).map(({ name }) => name)

describe('searchTemplates()', () => {
  test('gives all of them, as they are, for nothing', () => {
    expect(found(' ')).toEqual(['Echo', 'Guestbook', 'To-do list'])
  })

  test('puts a name before what it is known by, and that before its description', () => {
    expect(found('LIST')).toEqual(['To-do list', 'Guestbook', 'Echo'])
  })

  test('asks for the beginning of a word, for each word that is typed', () => {
    expect(found('todo')).toEqual(['To-do list'])
    expect(found('gree keep')).toEqual(['Guestbook'])
    expect(found('cho')).toEqual([])
    expect(found('list spaceship')).toEqual([])
  })
})
