/** Turns what tools gave into an answer: Markdown, and nothing that is not in the result. */

import type { JSONValue } from '@ai-sdk/provider'
import { z } from 'zod'
import { cartridgeRenderers } from './answer-cartridges.js'
import { type AnswerOptions, answerRecall } from './answer-recall.js'
import { codeBlock, inlineCode, plainText } from './markdown.js'
import { type Outcome, of, type Renderer, resultOf, succeeded } from './outcome.js'

/** Answers for one call. */
export function answer(outcome: Outcome, options: AnswerOptions): string {
  if (!succeeded(outcome)) return answerFailure(outcome)
  const input = inputSchema.safeParse(outcome.input).data ?? {}
  const render = renderers[outcome.toolName]
  return render?.(resultOf(outcome.output), input, options) ?? generic(outcome)
}

const inputSchema = z.record(z.string(), z.unknown())

/** What an agent's failed call looks like, as data or as text. */
const failureSchema = z.object({
  error: z.object({ kind: z.string(), message: z.string(), hint: z.string().optional() }),
})

function answerFailure({ toolName, output }: Outcome): string {
  const tool = inlineCode(toolName)
  if (output.type === 'execution-denied')
    return `You did not allow ${tool}${output.reason ? `: ${output.reason}` : ''}. Nothing was changed.`
  const raw =
    output.type === 'error-text'
      ? (parseJson(output.value) ?? output.value)
      : output.type === 'error-json'
        ? output.value
        : ''
  const { data } = failureSchema.safeParse(raw)
  if (data === undefined)
    return `${tool} failed: ${typeof raw === 'string' ? raw : codeBlock(JSON.stringify(raw, null, 2), 'json')}`
  const { kind, message, hint } = data.error
  const sentence = message.replace(/\.?$/, '.')
  const said = failures[kind]?.(tool, sentence) ?? `${tool} failed: ${sentence}`
  return hint === undefined ? said : `${said} ${hint.replace(/\.?$/, '.')}`
}

const failures: Readonly<Record<string, (tool: string, message: string) => string>> = {
  denied: (tool, message) => `${tool} was not allowed: ${message} Nothing was changed.`,
  invalid: (tool, message) => `${tool} cannot take that: ${message}`,
  unavailable: (tool, message) => `${tool} is not available now: ${message}`,
  timeout: (tool, message) => `${tool} took too long and was stopped: ${message}`,
  cancelled: (tool, message) => `${tool} was cancelled: ${message}`,
  'unknown-tool': (tool, message) => `There is no tool ${tool} here: ${message}`,
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Plain text, which is shown as it is.
    return undefined
  }
}

const taskSchema = z.object({
  id: z.number(),
  title: z.string(),
  notes: z.string().nullish(),
  status: z.string(),
  priority: z.number(),
})
type Task = z.infer<typeof taskSchema>
const taskResult = z.object({ task: taskSchema })
const tasksResult = z.object({ tasks: z.array(taskSchema) })

/** Tasks in a result of `list_tasks`, in its order. */
export function tasksIn({ output }: Outcome): Task[] {
  return tasksResult.safeParse(resultOf(output)).data?.tasks ?? []
}

/** Id of the task that a result is about. */
export function taskIn({ output }: Outcome): number | undefined {
  return taskResult.safeParse(resultOf(output)).data?.task.id
}

const renderers: Readonly<Record<string, Renderer>> = {
  ...cartridgeRenderers,
  recall: answerRecall,
  remember: of(z.object({ content: z.string(), status: z.enum(['added', 'known']) }), ({ content, status }) =>
    status === 'known' ? `I knew that already: ${plainText(content)}` : `I will remember: ${plainText(content)}`,
  ),
  forget: of(z.object({ forgotten: z.array(z.object({ content: z.string() })) }), ({ forgotten }, { query }) =>
    forgotten.length === 0
      ? `I found nothing to forget${typeof query === 'string' ? ` about “${plainText(query)}”` : ''}.`
      : `Forgotten:\n\n${forgotten.map(({ content }) => `- ${plainText(content)}`).join('\n')}`,
  ),
  create_task: of(taskResult, ({ task }) => `Added task ${task.id}: **${plainText(task.title)}**${priorityOf(task)}.`),
  list_tasks: of(tasksResult, ({ tasks }, { status }) =>
    answerTasks(tasks, typeof status === 'string' ? status : 'open'),
  ),
  update_task: of(
    taskResult,
    ({ task }) => `Task ${task.id}, **${plainText(task.title)}**, is ${stateOf(task)}${priorityOf(task)}.`,
  ),
  list_files: of(
    z.object({
      path: z.string(),
      entries: z.array(z.object({ path: z.string(), kind: z.string(), sizeBytes: z.number().optional() })),
      truncated: z.boolean().optional(),
    }),
    ({ path, entries, truncated }, { pattern }) => {
      const place = path === '.' || path === '' ? 'the workspace' : inlineCode(path)
      const matching = typeof pattern === 'string' ? ` that match ${inlineCode(pattern)}` : ''
      if (entries.length === 0) return `There are no files in ${place}${matching}.`
      const lines = entries.map(({ path: entry, kind, sizeBytes }) =>
        kind === 'folder'
          ? `- ${inlineCode(`${entry.replace(/\/$/, '')}/`)}`
          : `- ${inlineCode(entry)}${sizeOf(sizeBytes)}`,
      )
      const more = truncated === true ? '\n\nThere are more; ask for a folder within, or for a pattern.' : ''
      return `In ${place}${matching}:\n\n${lines.join('\n')}${more}`
    },
  ),
  read_file: of(z.string(), (text, { path }) => {
    const name = String(path ?? '')
    return text.trim() === ''
      ? `${inlineCode(name)} is empty.`
      : `${inlineCode(name)}:\n\n${codeBlock(text, languageOf(name))}`
  }),
  search_files: of(z.string(), (text, { query }) =>
    text.trim() === ''
      ? `I found ${inlineCode(String(query ?? ''))} nowhere.`
      : `Where I found ${inlineCode(String(query ?? ''))}:\n\n${codeBlock(text, '')}`,
  ),
  write_file: of(
    z.object({ path: z.string(), sizeBytes: z.number(), created: z.boolean() }),
    ({ path, sizeBytes, created }, { mode }) => {
      const done = created ? 'Created' : mode === 'append' ? 'Appended to' : 'Wrote'
      return `${done} ${inlineCode(path)}, now ${sizeBytes} ${sizeBytes === 1 ? 'byte' : 'bytes'}.`
    },
  ),
  edit_file: of(
    z.object({ path: z.string(), replacements: z.number() }),
    ({ path, replacements }) =>
      `Replaced ${replacements} ${replacements === 1 ? 'place' : 'places'} in ${inlineCode(path)}.`,
  ),
  run_command: of(
    z.object({
      exitCode: z.number().nullable(),
      signal: z.string().nullish(),
      stdout: z.string(),
      stderr: z.string(),
      truncated: z.boolean().optional(),
    }),
    ({ exitCode, signal, stdout, stderr, truncated }, { command }) => {
      const end =
        exitCode === 0
          ? 'finished'
          : exitCode === null
            ? `was ended by ${signal ?? 'a signal'}`
            : `failed with exit code ${exitCode}`
      const blocks = [stdout, stderr].filter((text) => text.trim() !== '').map((text) => codeBlock(text, ''))
      const silent = blocks.length === 0 ? ' It printed nothing.' : ''
      const cut = truncated === true ? ['The output was longer; this is a part of it.'] : []
      return [`${inlineCode(String(command ?? 'The command'))} ${end}.${silent}`, ...blocks, ...cut].join('\n\n')
    },
  ),
  fetch_url: of(z.string(), (text) => {
    const [head = '', ...rest] = text.split('\n')
    const body = rest.join('\n').trim()
    const shown = body.length > 2_000 ? `${body.slice(0, 2_000).trimEnd()}\n…` : body
    return `${plainText(head)}\n\n${codeBlock(shown, '')}`
  }),
  buy_url: of(
    z.object({
      status: z.number(),
      body: z.string(),
      paid: z.object({ amount: z.string(), transaction: z.string() }).optional(),
    }),
    ({ status, body, paid }, { url }) => {
      const cost =
        paid === undefined
          ? 'It cost nothing.'
          : `It cost ${paid.amount}, in transaction ${inlineCode(paid.transaction)}.`
      return `${plainText(String(url ?? 'The address'))} answered ${status}. ${cost}\n\n${codeBlock(body.slice(0, 2_000), '')}`
    },
  ),
  agent_status: of(
    z.record(z.string(), z.unknown()),
    (value) =>
      `I am running. This is how I stand:\n\n${nested(value, 0)}\n\nI answer by rules here; no language model wrote this.`,
  ),
}

function answerTasks(tasks: readonly Task[], status: string): string {
  const kind = status === 'all' ? '' : `${status} `
  if (tasks.length === 0) return `You have no ${kind}tasks.`
  const lines = tasks.map((task) => {
    const state = task.status === 'in_progress' ? ' – in progress' : task.status === 'abandoned' ? ' – dropped' : ''
    return `- [${task.status === 'done' ? 'x' : ' '}] **${task.id}** ${plainText(task.title)}${state}${priorityOf(task)}`
  })
  return `You have ${tasks.length} ${kind}${tasks.length === 1 ? 'task' : 'tasks'}:\n\n${lines.join('\n')}`
}

function priorityOf({ priority }: Task): string {
  return priority === 0 ? '' : ` (priority ${priority})`
}

function stateOf({ status }: Task): string {
  return status === 'in_progress' ? 'in progress' : status === 'abandoned' ? 'dropped' : status
}

function sizeOf(sizeBytes: number | undefined): string {
  if (sizeBytes === undefined) return ''
  if (sizeBytes < 1_024) return ` – ${sizeBytes} B`
  return sizeBytes < 1_048_576
    ? ` – ${(sizeBytes / 1_024).toFixed(1)} KiB`
    : ` – ${(sizeBytes / 1_048_576).toFixed(1)} MiB`
}

function languageOf(path: string): string {
  const extension = /\.([a-z0-9]{1,5})$/i.exec(path)?.[1] ?? ''
  return extension === 'md' ? 'markdown' : extension.toLowerCase()
}

function nested(value: object, depth: number): string {
  return Object.entries(value)
    .filter(([, item]) => item !== undefined && item !== null && item !== '')
    .map(([key, item]) => {
      const label = `${'  '.repeat(depth)}- ${key.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()}`
      if (typeof item !== 'object' || item === null) return `${label}: ${plainText(String(item))}`
      const inner = depth < 3 ? nested(item, depth + 1) : `${'  '.repeat(depth + 1)}- …`
      return inner === '' ? `${label}: none` : `${label}:\n${inner}`
    })
    .join('\n')
}

function generic({ toolName, output }: Outcome): string {
  const value = resultOf(output)
  if (typeof value === 'string') return value === '' ? `${inlineCode(toolName)} is done.` : codeBlock(value, '')
  return `${inlineCode(toolName)} gave:\n\n${codeBlock(JSON.stringify(value satisfies unknown as JSONValue, null, 2), 'json')}`
}
