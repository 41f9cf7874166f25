import type { LanguageModelV4Prompt } from '@ai-sdk/provider'
import { wrapLanguageModel } from 'ai'
import { expect, test } from 'vitest'
import { scriptedModel } from '../testing/index.js'
import { joinTexts } from './join-texts.js'

test('joinTexts() makes one text of several, and leaves messages with files alone', async () => {
  const model = scriptedModel([{ text: 'ok' }])
  const file = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: new Uint8Array([1]) } } as const
  const prompt: LanguageModelV4Prompt = [
    { role: 'system', content: 'You are' },
    { role: 'user', content: [{ type: 'text', text: 'what' }, file] },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'one' },
        { type: 'text', text: 'two' },
      ],
    },
  ]
  await wrapLanguageModel({ model, middleware: joinTexts() }).doGenerate({ prompt })
  expect(model.calls[0]?.prompt).toEqual([
    ...prompt.slice(0, 2),
    { role: 'user', content: [{ type: 'text', text: 'one\n\ntwo' }] },
  ])
})
