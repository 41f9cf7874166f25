/** What to do next: the calls still to be made for a message, or the answer. */

import type { LanguageModelV4Prompt } from '@ai-sdk/provider'
import { answer, taskIn, tasksIn } from './answer.js'
import type { AnswerOptions } from './answer-recall.js'
import type { Intent, Mentioned, TaskChange } from './intent.js'
import { puzzled, talk } from './introduction.js'
import { inlineCode, plainText } from './markdown.js'
import { type Outcome, succeeded } from './outcome.js'
import { understand } from './understand.js'
import { contentWords, stem } from './words.js'

/** A call to be made. */
export interface PlannedCall {
  readonly tool: string
  readonly input: Readonly<Record<string, unknown>>
}

/** Calls, or text when there is nothing left to call. */
export type Move = { readonly calls: readonly PlannedCall[] } | { readonly text: string }

/**
 * Decides the next move from the prompt alone, so that the same conversation always goes on the same way.
 *
 * Reads go together, and so do changes of the agent's own store; what writes, runs or leaves the machine goes alone and in
 * order, and once one of these fails, what was to follow is not done.
 *
 * @param offered - Tools that may be called.
 */
export function nextMove(prompt: LanguageModelV4Prompt, offered: ReadonlySet<string>, timeZone: string): Move {
  const { message, mentioned, outcomes } = readPrompt(prompt)
  const intents = understand(message, mentioned)
  const options: AnswerOptions = { question: message, timeZone }
  const said: string[] = []
  let used = 0
  const batches = batchesOf(intents, offered)
  for (const [index, batch] of batches.entries()) {
    const calls = batch.flatMap((intent) => firstCalls(intent, offered))
    if (used + calls.length > outcomes.length) return { calls: calls.slice(outcomes.length - used) }
    let failed = false
    for (const intent of batch) {
      const count = firstCalls(intent, offered).length
      const own = outcomes.slice(used, used + count)
      used += count
      if (intent.type === 'find-task' && own[0] !== undefined && succeeded(own[0])) {
        const found = changesFor(intent, own[0])
        if (typeof found === 'string') said.push(found)
        else {
          const changed = outcomes.slice(used, used + found.length)
          if (changed.length < found.length) return { calls: found.slice(changed.length) }
          used += found.length
          said.push(...changed.map((outcome) => answer(outcome, options)))
        }
      } else if (own.length > 0) {
        said.push(...own.map((outcome) => answer(outcome, options)))
        failed ||= isOrdered(intent) && !own.every(succeeded)
      } else said.push(wordsFor(intent, offered))
    }
    const left = batches.slice(index + 1).flat()
    if (failed && left.length > 0) {
      said.push(`I stopped there; still to do: ${left.map(describe).join(', ')}.`)
      break
    }
  }
  return { text: said.join('\n\n') }
}

/** What the person said last, what was talked of before, and what was called since. */
function readPrompt(prompt: LanguageModelV4Prompt): { message: string; mentioned: Mentioned; outcomes: Outcome[] } {
  const inputs = new Map<string, unknown>()
  let message = ''
  let path: string | undefined
  let taskId: number | undefined
  let outcomes: Outcome[] = []
  for (const turn of prompt) {
    if (turn.role === 'user') {
      message = turn.content
        .map((part) => (part.type === 'text' ? part.text : ''))
        .join('\n')
        .trim()
      path = outcomes.map(({ input }) => pathIn(input)).findLast((found) => found !== undefined) ?? path
      taskId = outcomes.map(taskIn).findLast((found) => found !== undefined) ?? taskId
      outcomes = []
    }
    if (turn.role !== 'assistant' && turn.role !== 'tool') continue
    for (const part of turn.content) {
      if (part.type === 'tool-call') inputs.set(part.toolCallId, part.input)
      if (part.type === 'tool-result') {
        outcomes.push({ toolName: part.toolName, input: inputs.get(part.toolCallId), output: part.output })
      }
    }
  }
  return { message, mentioned: { path, taskId }, outcomes }
}

function pathIn(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null || !('path' in input)) return undefined
  return typeof input.path === 'string' && /\.\w+$/.test(input.path) ? input.path : undefined
}

const reads = new Set(['read_file', 'list_files', 'search_files', 'recall', 'list_tasks', 'agent_status'])
const own = new Set(['remember', 'forget', 'create_task', 'update_task'])

function effectOf(intent: Intent): 'read' | 'own' | 'ordered' {
  if (intent.type !== 'call' || reads.has(intent.tool)) return intent.type === 'find-task' ? 'ordered' : 'read'
  return own.has(intent.tool) ? 'own' : 'ordered'
}

function isOrdered(intent: Intent): boolean {
  return effectOf(intent) === 'ordered'
}

function batchesOf(intents: readonly Intent[], offered: ReadonlySet<string>): Intent[][] {
  const batches: Intent[][] = []
  for (const intent of intents) {
    const batch = batches.at(-1)
    const last = batch?.at(-1)
    const joins = last !== undefined && !isOrdered(intent) && effectOf(last) === effectOf(intent)
    const calls = firstCalls(intent, offered).length > 0
    if (batch !== undefined && (joins || !calls)) batch.push(intent)
    else batches.push([intent])
  }
  return batches
}

/** Calls that an intent begins with; none where it needs no tool, or one that is not on offer. */
function firstCalls(intent: Intent, offered: ReadonlySet<string>): PlannedCall[] {
  if (intent.type === 'call') return offered.has(intent.tool) ? [{ tool: intent.tool, input: intent.input }] : []
  if (intent.type !== 'find-task' || !offered.has('list_tasks') || !offered.has('update_task')) return []
  return [{ tool: 'list_tasks', input: intent.change.status === 'open' ? { status: 'all' } : {} }]
}

/** What is said to an intent for which nothing was called. */
function wordsFor(intent: Intent, offered: ReadonlySet<string>): string {
  if (intent.type === 'say') return talk(intent.topic, offered)
  if (intent.type === 'unclear') return puzzled(intent.text, offered)
  const tool = intent.type === 'call' ? intent.tool : offered.has('list_tasks') ? 'update_task' : 'list_tasks'
  return `For that I would need the tool ${inlineCode(tool)}, which is not available here.`
}

/** Changes to the tasks that an intent means, or words where it cannot be told which. */
function changesFor(
  { which, change }: { which: Extract<Intent, { type: 'find-task' }>['which']; change: TaskChange },
  listed: Outcome,
): PlannedCall[] | string {
  const tasks = tasksIn(listed)
  if (tasks.length === 0) return 'You have no open tasks.'
  const update = (id: number): PlannedCall => ({ tool: 'update_task', input: { id, ...change } })
  if (which === 'all') return tasks.map(({ id }) => update(id))
  if ('position' in which) {
    const task = tasks.at(which.position > 0 ? which.position - 1 : which.position)
    return task === undefined ? `There are only ${tasks.length} tasks.` : [update(task.id)]
  }
  const wanted = contentWords(which.title).map(stem)
  const scored = tasks.map((task) => {
    const words = new Set(contentWords(task.title).map(stem))
    return { task, score: wanted.filter((word) => words.has(word)).length }
  })
  const most = Math.max(...scored.map(({ score }) => score))
  const best = scored.filter(({ score }) => score === most)
  if (most === 0 || most * 2 < wanted.length)
    return `I found no task like “${plainText(which.title)}”. Say “list my tasks” to see them.`
  if (best.length === 1 && best[0] !== undefined) return [update(best[0].task.id)]
  const lines = best.map(({ task }) => `- **${task.id}** ${plainText(task.title)}`)
  return `Which one? Say its number:\n\n${lines.join('\n')}`
}

function describe(intent: Intent): string {
  return intent.type === 'call' ? inlineCode(intent.tool) : 'the next step'
}
