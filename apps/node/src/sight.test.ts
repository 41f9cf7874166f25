import { expect, test } from 'vitest'
import { seesImages } from './sight.js'

test.each([
  ['anthropic.messages', 'claude-sonnet-5', true],
  ['google.generative-ai', 'gemini-3.8-flash', true],
  ['openai.responses', 'gpt-5.4-mini', true],
  ['ollama.chat', 'qwen3-vl:8b', true],
  ['ollama.chat', 'gemma3:12b', true],
  ['ollama.chat', 'llama3.2-vision', true],
  ['ollama.chat', 'gemma3:1b', false],
  ['ollama.chat', 'qwen3:14b', false],
  ['groq.chat', 'openai/gpt-oss-120b', false],
  ['together.chat', 'meta-llama/Llama-3.3-70B-Instruct-Turbo', false],
  ['endpoint.chat', 'devstral', false],
] as const)('seesImages() of %s, %s, is %s', (provider, modelId, sees) => {
  expect(seesImages({ provider, modelId }, {})).toBe(sees)
  expect(seesImages({ provider, modelId }, { images: !sees })).toBe(!sees)
})
