import { wrapLanguageModel } from 'ai'
import { expect, test } from 'vitest'
import { scriptedModel } from '../testing/index.js'
import { markCached } from './mark-cached.js'

test('markCached() marks the system prompt and the last message, and keeps other options', async () => {
  const model = scriptedModel([{ text: 'ok' }])
  await wrapLanguageModel({ model, middleware: markCached() }).doGenerate({
    prompt: [
      { role: 'system', content: 'You are', providerOptions: { other: { a: 1 } } },
      { role: 'user', content: [{ type: 'text', text: 'one' }] },
      { role: 'user', content: [{ type: 'text', text: 'two' }] },
    ],
  })
  const cacheControl = { anthropic: { cacheControl: { type: 'ephemeral' } } }
  expect(model.calls[0]?.prompt.map(({ providerOptions }) => providerOptions)).toEqual([
    { other: { a: 1 }, ...cacheControl },
    undefined,
    cacheControl,
  ])
})
