import { expect, test } from 'vitest'
import { readPrompt } from './read-prompt.js'

test('readPrompt() joins words, links and files, each as what it is', () => {
  const read = readPrompt([
    { type: 'text', text: 'Look at ' },
    { type: 'resource_link', name: 'a b.ts', uri: 'file:///home/me/a%20b.ts' },
    { type: 'resource', resource: { uri: 'file:///home/me/%zz', text: 'has ``` in it' } },
    { type: 'resource', resource: { uri: 'x://blob', blob: 'AAAA' } },
  ])
  expect(read).toEqual({
    text: 'Look at [a b.ts](/home/me/a b.ts)\n\n/home/me/%zz:\n````\nhas ``` in it\n````\n\n[x://blob is no text]',
    images: [],
  })
})

test('readPrompt() leaves a mark where an image stood', () => {
  const image = (data: string) => ({ type: 'image' as const, data, mimeType: 'image/png' })
  expect(readPrompt([image('AA=='), { type: 'text', text: ' is newer than ' }, image('AQ==')])).toEqual({
    text: '[image 1] is newer than [image 2]',
    images: [
      { mediaType: 'image/png', data: 'AA==' },
      { mediaType: 'image/png', data: 'AQ==' },
    ],
  })
})

test.each([
  ['after the words', ['Compare them', 1, 2], 'Compare them'],
  ['between them', ['Is ', 1, ' like ', 2], 'Is [image 1] like [image 2]'],
  ['alone', [1, 2], '[image 1][image 2]'],
  ['beside blanks', ['  ', 1], '[image 1]'],
] as const)('readPrompt() marks images %s so that the words make sense', (_, prompt, text) => {
  const blocks = prompt.map((part) =>
    typeof part === 'string'
      ? { type: 'text' as const, text: part }
      : { type: 'image' as const, data: 'AA==', mimeType: 'image/png' },
  )
  expect(readPrompt(blocks)).toMatchObject({ text })
})

test('readPrompt() says what it cannot take', () => {
  expect(readPrompt([{ type: 'audio', data: '', mimeType: 'audio/wav' }])).toEqual({ untaken: 'audio' })
})
