import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider'
import { wrapLanguageModel } from 'ai'
import { describe, expect, test } from 'vitest'
import { collect } from '../testing/collect.js'
import { type ScriptedReply, scriptedModel } from '../testing/scripted-model.js'
import { corpusTools, malformedCalls, ordinaryTexts } from './corpus.data.js'
import { repairToolCalls } from './repair-tool-calls.js'

const tools: LanguageModelV4FunctionTool[] = corpusTools.map(({ name, inputSchema = {} }) => ({
  type: 'function',
  name,
  inputSchema,
}))
const options: LanguageModelV4CallOptions = {
  prompt: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
  tools,
}
const wrapped = (reply: ScriptedReply) =>
  wrapLanguageModel({ model: scriptedModel([reply]), middleware: repairToolCalls() })
const generated = async (reply: ScriptedReply, more: Partial<LanguageModelV4CallOptions> = {}) =>
  wrapped(reply).doGenerate({ ...options, ...more })
const streamed = async (reply: ScriptedReply): Promise<LanguageModelV4StreamPart[]> =>
  collect((await wrapped(reply).doStream(options)).stream)

/** Text and calls of a stream, as a generated reply would hold them. */
const summary = (parts: readonly LanguageModelV4StreamPart[]) => ({
  text: parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join(''),
  calls: parts.flatMap((part) => (part.type === 'tool-call' ? [[part.toolName, part.input]] : [])),
  reason: parts.flatMap((part) => (part.type === 'finish' ? [part.finishReason.unified] : [])).join(),
})

describe('repairToolCalls()', () => {
  test('makes a call of text', async () => {
    const { content, finishReason } = await generated({ text: 'I look.\n\nread_file({"path": "a"})' })
    expect(content).toEqual([
      { type: 'text', text: 'I look.' },
      {
        type: 'tool-call',
        toolCallId: expect.stringMatching(/^text-[0-9a-f]{16}-1$/),
        toolName: 'read_file',
        input: '{"path":"a"}',
      },
    ])
    expect(finishReason.unified).toBe('tool-calls')
  })

  test('mends a native call: name, JSON, double encoding, property names', async () => {
    const calls = [
      { name: 'read_fiel', input: "{'path': 'a',}" },
      { name: 'list_files', input: '"{\\"path\\": \\"docs\\"}"' },
      { name: 'run_command', input: '{"cmd": "ls"}' },
      { name: 'agent_status', input: '' },
      { name: 'unknown_tool', input: '{"x": 1}' },
    ]
    const expected = [
      ['read_file', '{"path":"a"}'],
      ['list_files', '{"path":"docs"}'],
      ['run_command', '{"command":"ls"}'],
      ['agent_status', '{}'],
      ['unknown_tool', '{"x":1}'],
    ]
    const { content } = await generated({ calls })
    expect(content.map((part) => (part.type === 'tool-call' ? [part.toolName, part.input] : part))).toEqual(expected)
    expect(summary(await streamed({ calls })).calls).toEqual(expected)
  })

  test('does not complete a call that the length limit cut off', async () => {
    const calls = [{ name: 'write_file', input: '{"path": "a", "content": "half' }]
    expect((await generated({ calls, finishReason: 'length' })).content).toMatchObject([{ input: calls[0]?.input }])
    expect(summary(await streamed({ calls, finishReason: 'length' })).calls).toEqual([['write_file', calls[0]?.input]])
    const text = '{"name": "write_file", "arguments": {"path": "a", "content": "half'
    expect((await generated({ text, finishReason: 'length' })).content).toEqual([{ type: 'text', text }])
    expect(summary(await streamed({ text, finishReason: 'length' }))).toEqual({ text, calls: [], reason: 'length' })
  })

  test('leaves text alone beside native calls, without tools, and where calls are forbidden', async () => {
    const text = 'read_file({"path": "a"})'
    const beside = await generated({ text, calls: [{ name: 'agent_status', input: {} }] })
    expect(beside.content.map(({ type }) => type)).toEqual(['text', 'tool-call'])
    expect((await generated({ text }, { tools: [] })).content).toEqual([{ type: 'text', text }])
    expect((await generated({ text }, { toolChoice: { type: 'none' } })).content).toEqual([{ type: 'text', text }])
  })

  test('streams what it generates, for the whole corpus and any cut', async () => {
    for (const text of [
      ...malformedCalls.map(([, malformed]) => malformed),
      ...ordinaryTexts.map(([, ordinary]) => ordinary),
    ]) {
      const { content, finishReason } = await generated({ text })
      const whole = {
        text: content.map((part) => (part.type === 'text' ? part.text : '')).join(''),
        calls: content.flatMap((part) => (part.type === 'tool-call' ? [[part.toolName, part.input]] : [])),
        reason: finishReason.unified,
      }
      for (const size of [1, 4, 17]) {
        const pieces = text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? []
        expect(summary(await streamed({ text: pieces }))).toEqual(whole)
      }
    }
  })

  test('opens, feeds and closes every block and call of a stream', async () => {
    const parts = await streamed({ text: ['I lo', 'ok.\n', '<tool_', 'call>{"name": "agent_status"}</tool_call>'] })
    expect(parts.map(({ type }) => type)).toEqual([
      'stream-start',
      'text-start',
      'text-delta',
      'text-delta',
      'text-end',
      'tool-input-start',
      'tool-input-delta',
      'tool-input-end',
      'tool-call',
      'finish',
    ])
  })
})
