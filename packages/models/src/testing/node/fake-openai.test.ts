import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { expect, test } from 'vitest'
import { echoScript } from './echo-script.js'
import { startFakeOpenAi } from './fake-openai.js'

const ask = async (url: string, text: string) =>
  createOpenAICompatible({ name: 'fake', baseURL: url })('fake').doGenerate({
    prompt: [{ role: 'user', content: [{ type: 'text', text }] }],
  })

test('startFakeOpenAi() answers by its script and keeps requests', async () => {
  await using server = await startFakeOpenAi(({ body }, index) => ({ text: `${index}: ${String(body.model)}` }))
  expect((await ask(server.url, 'hi')).content).toEqual([{ type: 'text', text: '0: fake' }])
  expect(server.requests[0]?.body.messages).toEqual([{ role: 'user', content: 'hi' }])
})

test('echoScript() calls what it is told to', async () => {
  await using server = await startFakeOpenAi(echoScript)
  expect((await ask(server.url, 'call list_files {"path": "docs"}')).content).toMatchObject([
    { toolName: 'list_files', input: '{"path": "docs"}' },
  ])
  expect((await ask(server.url, 'hi')).content).toEqual([{ type: 'text', text: 'You said: hi' }])
})
