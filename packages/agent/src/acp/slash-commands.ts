/** Commands that are answered without the model. */

import type { AvailableCommand } from '@agentclientprotocol/sdk/unstable'
import type { AgentStatus, RecalledMemory } from '../protocol.js'
import type { Questions } from '../session/questions.js'
import type { Tasks } from '../tasks.js'

/** What the commands use. */
export interface CommandDeps {
  readonly tasks: Pick<Tasks, 'list'>
  readonly questions: Pick<Questions, 'open' | 'answer'>
  status(): AgentStatus | Promise<AgentStatus>
  readonly memory: CommandMemory
}

/** What the commands ask of a memory; that of `@salp/memory` satisfies it. */
export interface CommandMemory {
  remember(input: {
    content: string
    source: { author: 'user'; channel: string; sessionId: string }
    verification: 'stated'
  }): Promise<{ readonly status: 'added' | 'known' }>
  recall(query: string, options: { limit: number }): Promise<{ readonly hits: readonly RecalledMemory[] }>
}

interface SlashCommand {
  readonly description: string
  /** What comes after the name; absent where nothing does. */
  readonly hint?: string
  run(argument: string, deps: CommandDeps, sessionId: string): Promise<string>
}

const commands: Readonly<Record<string, SlashCommand>> = {
  help: {
    description: 'Lists these commands',
    run: async () =>
      available()
        .map(({ name, description, input }) => `- \`/${name}${input ? ` ${input.hint}` : ''}\`: ${description}`)
        .join('\n'),
  },
  status: {
    description: 'Tells which model answers, and what is remembered and to be done',
    async run(_, deps) {
      const { model, workspace, counts, regime, version } = await deps.status()
      return [
        `- Salp ${version}, regime ${regime}`,
        `- Model: ${model.name} (${model.reflex ? 'rules, no language model is connected' : model.provider})`,
        `- Workspace of the node: ${workspace}`,
        `- ${counts.memories} memories, ${counts.openTasks} open tasks, ${counts.pendingApprovals} waiting approvals`,
      ].join('\n')
    },
  },
  remember: {
    description: 'Keeps something for later conversations',
    hint: 'what to remember',
    async run(content, { memory }, sessionId) {
      const source = { author: 'user' as const, channel: 'acp', sessionId }
      const { status } = await memory.remember({ content, source, verification: 'stated' })
      return status === 'added' ? `Remembered: ${content}` : `Known already: ${content}`
    },
  },
  recall: {
    description: 'Finds what was remembered',
    hint: 'a question, or a few words',
    async run(query, { memory }) {
      const { hits } = await memory.recall(query, { limit: 8 })
      return hits.length === 0 ? 'Nothing is remembered about that' : hits.map((hit) => `- ${hit.content}`).join('\n')
    },
  },
  answer: {
    description: 'Answers what work done alone asks here',
    hint: 'your words, or one of the options',
    async run(words, { questions }, sessionId) {
      const [question] = questions.open().filter(({ sessionId: where }) => where === sessionId)
      if (question === undefined) return 'Nothing waits for an answer here'
      questions.answer(question.id, words)
      return `Answered: ${question.question}`
    },
  },
  tasks: {
    description: 'Lists open tasks',
    async run(_, { tasks }) {
      const open = tasks.list('open')
      return open.length === 0 ? 'No task is open' : open.map(({ id, title }) => `- ${id}: ${title}`).join('\n')
    },
  },
}

/** The commands, as an editor lists them. */
export function available(): AvailableCommand[] {
  return Object.entries(commands).map(([name, { description, hint }]) => ({
    name,
    description,
    ...(hint !== undefined && { input: { hint } }),
  }))
}

/** Answers a text that is a command; nothing for any other, a slash in front or not. */
export async function runCommand(text: string, deps: CommandDeps, sessionId: string): Promise<string | undefined> {
  const [, name = '', argument = ''] = /^\/(\w+)(?:\s+([\s\S]*))?$/.exec(text.trim()) ?? []
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) return undefined
  const given = argument.trim()
  if (command.hint !== undefined && given === '') return `Say more: \`/${name} ${command.hint}\``
  return command.run(given, deps, sessionId)
}
