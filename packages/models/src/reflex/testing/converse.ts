/** Talks to the reflex model, and answers its calls. */

import type {
  LanguageModelV4CallOptions,
  LanguageModelV4Prompt,
  LanguageModelV4ToolResultOutput,
} from '@ai-sdk/provider'
import { reflexModel } from '../reflex-model.js'

/** Tools of an agent without cartridges. */
export const agentTools = [
  'read_file',
  'list_files',
  'search_files',
  'write_file',
  'edit_file',
  'run_command',
  'remember',
  'recall',
  'forget',
  'create_task',
  'list_tasks',
  'update_task',
  'fetch_url',
  'buy_url',
  'agent_status',
]
/** Those for cartridges. */
export const cartridgeTools = [
  'create_cartridge',
  'list_cartridges',
  'call_cartridge',
  'test_cartridge',
  'publish_cartridge',
  'unpublish_cartridge',
  'rollback_cartridge',
  'remove_cartridge',
  'read_cartridge',
]

/** Tools as a model is offered them. */
export const toolsOf = (offered: readonly string[]): NonNullable<LanguageModelV4CallOptions['tools']> =>
  offered.map((name) => ({ type: 'function', name, inputSchema: { type: 'object' } }))

/** What a tool gives: output as it is, data, or text. */
export type Result = LanguageModelV4ToolResultOutput | object | string

/** Says something, answers each call by `run`, and returns the calls and the final text. */
export const converse = async (
  text: string,
  run: (tool: string, input: Record<string, unknown>) => Result = () => ({}),
  { offered = agentTools, before = [] }: { offered?: readonly string[]; before?: LanguageModelV4Prompt } = {},
) => {
  const model = reflexModel()
  const prompt: LanguageModelV4Prompt = [...before, { role: 'user', content: [{ type: 'text', text }] }]
  const rounds: [string, unknown][][] = []
  for (;;) {
    const { content } = await model.doGenerate({ prompt, tools: toolsOf(offered) })
    const calls = content.filter((part) => part.type === 'tool-call')
    if (calls.length === 0) {
      return { rounds, text: content.map((part) => (part.type === 'text' ? part.text : '')).join(''), prompt }
    }
    rounds.push(calls.map(({ toolName, input }) => [toolName, JSON.parse(input)]))
    prompt.push({ role: 'assistant', content: calls.map((call) => ({ ...call, input: JSON.parse(call.input) })) })
    prompt.push({
      role: 'tool',
      content: calls.map(({ toolCallId, toolName, input }) => ({
        type: 'tool-result',
        toolCallId,
        toolName,
        output: outputOf(run(toolName, JSON.parse(input))),
      })),
    })
  }
}

const outputOf = (result: Result): LanguageModelV4ToolResultOutput => {
  if (typeof result === 'string') return { type: 'text', value: result }
  return 'type' in result
    ? (result as LanguageModelV4ToolResultOutput)
    : { type: 'json', value: JSON.parse(JSON.stringify(result)) }
}
/** What a failed call of the agent looks like. */
export const failure = (kind: string, message: string, hint?: string): LanguageModelV4ToolResultOutput => ({
  type: 'error-json',
  value: { error: { kind, message, ...(hint === undefined ? {} : { hint }) } },
})
