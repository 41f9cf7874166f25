import { expect, test } from 'vitest'
import { promptText } from './prompt-text.js'

test('promptText() joins words, links and files, each as what it is', () => {
  const read = promptText([
    { type: 'text', text: 'Look at ' },
    { type: 'resource_link', name: 'a b.ts', uri: 'file:///work/a%20b.ts' },
    { type: 'resource', resource: { uri: 'file:///work/%zz', text: 'has ``` in it' } },
    { type: 'resource', resource: { uri: 'x://blob', blob: 'AAAA' } },
  ])
  expect(read).toEqual({
    text: 'Look at [a b.ts](/work/a b.ts)\n\n/work/%zz:\n````\nhas ``` in it\n````\n\n[x://blob is no text]',
  })
})

test('promptText() says what it cannot take', () => {
  expect(promptText([{ type: 'image', data: '', mimeType: 'image/png' }])).toEqual({ untaken: 'image' })
})
