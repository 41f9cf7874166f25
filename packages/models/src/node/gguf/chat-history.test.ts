import { expect, test } from 'vitest'
import { toChatHistory } from './chat-history.js'

test('toChatHistory() puts what a model said and called into one message, each call with its result', () => {
  const call = (toolCallId: string) => ({
    type: 'tool-call' as const,
    toolCallId,
    toolName: 'read',
    input: { toolCallId },
  })
  expect(
    toChatHistory([
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Read' },
          { type: 'text', text: 'both' },
        ],
      },
      {
        role: 'assistant',
        content: [{ type: 'reasoning', text: 'Two.' }, { type: 'text', text: 'So.' }, call('a'), call('b')],
      },
      {
        role: 'tool',
        content: [
          { type: 'tool-result', toolCallId: 'b', toolName: 'read', output: { type: 'error-text', value: 'Missing' } },
          { type: 'tool-result', toolCallId: 'a', toolName: 'read', output: { type: 'json', value: [1] } },
        ],
      },
      { role: 'assistant', content: [{ type: 'text', text: 'Done.' }] },
      { role: 'user', content: [{ type: 'text', text: 'Thanks' }] },
    ]),
  ).toEqual([
    { type: 'system', text: 'Be brief.' },
    { type: 'user', text: 'Read\nboth' },
    {
      type: 'model',
      response: [
        { type: 'segment', segmentType: 'thought', text: 'Two.', ended: true },
        'So.',
        { type: 'functionCall', name: 'read', params: { toolCallId: 'a' }, result: [1] },
        { type: 'functionCall', name: 'read', params: { toolCallId: 'b' }, result: { error: 'Missing' } },
        'Done.',
      ],
    },
    { type: 'user', text: 'Thanks' },
    { type: 'model', response: [] },
  ])
})

test('toChatHistory() refuses a file', () => {
  const file = { type: 'file' as const, mediaType: 'image/png', data: { type: 'data' as const, data: 'AA==' } }
  expect(() => toChatHistory([{ role: 'user', content: [file] }])).toThrow(/image\/png/)
})
