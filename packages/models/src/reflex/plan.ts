/** What to do next: the calls still to be made for a message, or the answer. */

import type { LanguageModelV4Prompt } from '@ai-sdk/provider'
import { answer, taskIn, tasksIn } from './answer.js'
import { answerOpen, answerTemplates, failedToBuild } from './answer-cartridges.js'
import type { AnswerOptions } from './answer-recall.js'
import { cartridgeIn, cartridgeListIn, findCartridges, theCartridge } from './cartridge-list.js'
import type { Intent, Mentioned, TaskChange, Which } from './intent.js'
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
  const intents = understand(message, mentioned, offered)
  const options: AnswerOptions = { question: message, timeZone }
  const said: string[] = []
  let used = 0
  const batches = batchesOf(intents, offered)
  for (const [index, batch] of batches.entries()) {
    const before = outcomes.slice(0, used)
    const calls = batch.flatMap((intent) => firstCalls(intent, offered, before))
    if (used + calls.length > outcomes.length) return { calls: calls.slice(outcomes.length - used) }
    let failed = false
    for (const intent of batch) {
      const count = firstCalls(intent, offered, before).length
      const own = outcomes.slice(used, used + count)
      used += count
      const found = own[0] !== undefined && succeeded(own[0]) ? afterLookUp(intent, own[0], before) : undefined
      if (typeof found === 'string') said.push(found)
      else if (found !== undefined) {
        const changed = outcomes.slice(used, used + found.length)
        if (changed.length < found.length) return { calls: found.slice(changed.length) }
        used += found.length
        said.push(...changed.map((outcome) => answer(outcome, options)))
        failed ||= !changed.every(isDone)
      } else if (own.length > 0) {
        said.push(...own.map((outcome) => answer(outcome, options)))
        failed ||= isOrdered(intent) && !own.every(isDone)
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

function isDone(outcome: Outcome): boolean {
  return succeeded(outcome) && !failedToBuild(outcome)
}

/** What the person said last, what was talked of before, and what was called since. */
function readPrompt(prompt: LanguageModelV4Prompt): { message: string; mentioned: Mentioned; outcomes: Outcome[] } {
  const inputs = new Map<string, unknown>()
  let message = ''
  let mentioned: Mentioned = {}
  let outcomes: Outcome[] = []
  for (const turn of prompt) {
    if (turn.role === 'user') {
      message = turn.content
        .map((part) => (part.type === 'text' && part.providerOptions?.salp?.context !== true ? part.text : ''))
        .join('\n')
        .trim()
      mentioned = outcomes.reduce(mention, mentioned)
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
  return { message, mentioned, outcomes }
}

function mention(known: Mentioned, outcome: Outcome): Mentioned {
  const [path, taskId, id] = [pathIn(outcome.input), taskIn(outcome), cartridgeIn(outcome)]
  if (id !== undefined) return { ...known, cartridge: { id }, latest: 'cartridge' }
  if (taskId !== undefined) return { ...known, taskId, latest: 'task' }
  return path === undefined ? known : { ...known, path, latest: 'path' }
}

function pathIn(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null || !('path' in input)) return undefined
  return typeof input.path === 'string' && /\.\w+$/.test(input.path) ? input.path : undefined
}

const reads = new Set([
  ...['read_file', 'list_files', 'search_files', 'recall', 'list_tasks', 'agent_status'],
  ...['list_cartridges', 'read_cartridge', 'test_cartridge'],
])
const own = new Set(['remember', 'forget', 'create_task', 'update_task'])

function effectOf(intent: Intent): 'read' | 'own' | 'ordered' {
  switch (intent.type) {
    case 'call':
      return reads.has(intent.tool) ? 'read' : own.has(intent.tool) ? 'own' : 'ordered'
    case 'use-cartridge':
      return isLookedUp(intent.which) || !reads.has(intent.tool) ? 'ordered' : 'read'
    case 'find-task':
    case 'open-cartridge':
      return 'ordered'
    default:
      return 'read'
  }
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

/**
 * Calls that an intent begins with; none where it needs no tool, or one that is not on offer.
 *
 * @param before - What came of the calls before, for a cartridge that one of them made.
 */
function firstCalls(intent: Intent, offered: ReadonlySet<string>, before: readonly Outcome[] = []): PlannedCall[] {
  switch (intent.type) {
    case 'call':
      return offered.has(intent.tool) ? [{ tool: intent.tool, input: intent.input }] : []
    case 'find-task': {
      if (!offered.has('list_tasks') || !offered.has('update_task')) return []
      return [{ tool: 'list_tasks', input: intent.change.status === 'open' ? { status: 'all' } : {} }]
    }
    // Understood only where the tools are on offer.
    case 'use-cartridge':
      if (!isLookedUp(intent.which)) {
        return [{ tool: intent.tool, input: { id: idOf(intent.which, before), ...intent.input } }]
      }
      return [{ tool: 'list_cartridges', input: {} }]
    case 'open-cartridge':
    case 'list-templates':
      return [{ tool: 'list_cartridges', input: {} }]
    default:
      return []
  }
}

function isLookedUp(which: Which): which is { readonly words: string } {
  return which !== 'made' && 'words' in which
}

/** The id that is known without looking; that of what was made, where something was. */
function idOf(which: Exclude<Which, { readonly words: string }>, before: readonly Outcome[]): string | undefined {
  return which === 'made' ? before.map(cartridgeIn).findLast((id) => id !== undefined) : which.id
}

/** What follows a look at the list: calls, or words; nothing for an intent that needed no look. */
function afterLookUp(intent: Intent, listed: Outcome, before: readonly Outcome[]): PlannedCall[] | string | undefined {
  const { cartridges, templates } = cartridgeListIn(listed)
  switch (intent.type) {
    case 'find-task':
      return changesFor(intent, listed)
    case 'list-templates':
      return answerTemplates(templates, intent.kind)
    case 'open-cartridge': {
      const { which, template } = intent
      const words = isLookedUp(which) ? which.words : (idOf(which, before) ?? '')
      if (template !== undefined && findCartridges(words, cartridges).length === 0) {
        return [{ tool: 'create_cartridge', input: { template } }]
      }
      const found = theCartridge(words, cartridges)
      return typeof found === 'string' ? found : answerOpen(found)
    }
    case 'use-cartridge': {
      const { which, tool, input } = intent
      if (!isLookedUp(which)) return undefined
      const found = theCartridge(which.words, cartridges)
      return typeof found === 'string' ? found : [{ tool, input: { id: found.id, ...input } }]
    }
    default:
      return undefined
  }
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
  return intent.type === 'call' || intent.type === 'use-cartridge' ? inlineCode(intent.tool) : 'the next step'
}
