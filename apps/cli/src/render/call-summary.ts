/** What a tool call is about, and what came of it, in a line for a person. */

import type { Outcome } from '@salp/agent'
import { plural } from './quantity.js'
import { oneLine, visible } from './visible.js'

/** A phrase such as `List files in`, and the thing it is about. */
export interface CallSummary {
  readonly phrase: string
  readonly object?: string | undefined
}

/** Summarises a call from its input. */
export function summarizeCall(tool: string, input: unknown): CallSummary {
  const field = readFields(input)
  const text = (name: string, length = 90): string | undefined => {
    const value = field(name)
    return typeof value === 'string' && value.trim() !== '' ? oneLine(value, length) : undefined
  }
  const path = text('path') ?? '.'
  switch (tool) {
    case 'read_file':
      return { phrase: 'Read', object: path + lineRange(field('startLine'), field('endLine')) }
    case 'list_files':
      return { phrase: 'List files in', object: [path, text('pattern')].filter(Boolean).join(' ') }
    case 'search_files':
      return { phrase: 'Search files for', object: text('query') }
    case 'write_file':
      return { phrase: field('mode') === 'append' ? 'Append to' : 'Write', object: path }
    case 'edit_file':
      return { phrase: 'Edit', object: path }
    case 'patch_file':
      return { phrase: 'Patch', object: patchedPaths(field('patch')) }
    case 'run_command':
      return { phrase: 'Run', object: text('command', 200) }
    case 'remember':
      return { phrase: 'Remember', object: text('content') }
    case 'recall':
      return { phrase: 'Recall', object: text('query') }
    case 'forget':
      return { phrase: 'Forget', object: text('query') ?? text('id') }
    case 'create_task':
      return { phrase: 'Create task', object: text('title') }
    case 'list_tasks':
      return { phrase: `List ${text('status') ?? 'open'} tasks` }
    case 'update_task':
      return { phrase: taskVerb(field('status')), object: `#${oneLine(String(field('id')), 20)}` }
    case 'fetch_url':
      return { phrase: 'Fetch', object: text('url', 140) }
    case 'ask_human':
      return { phrase: 'Ask you' }
    case 'agent_status':
      return { phrase: 'Check own status' }
    default:
      return { phrase: `Use ${oneLine(tool, 60)}`, object: oneLine(JSON.stringify(input) ?? '', 90) }
  }
}

/** What came of a call: a few words, and lines worth seeing below it. */
export interface OutcomeSummary {
  readonly words?: string | undefined
  readonly lines: readonly string[]
}

/** Lines of output that are shown. */
const shownLines = 6

/** Summarises how a call ended. */
export function summarizeOutcome(tool: string, outcome: Outcome): OutcomeSummary {
  if (outcome.status === 'error') {
    const { kind, message, hint } = outcome.error
    return { words: kind, lines: [oneLine(message, 300), ...(hint === undefined ? [] : [oneLine(hint, 300)])] }
  }
  const { output, verification } = outcome
  const doubt = verification?.passed === false ? [`Check failed: ${oneLine(verification.detail, 200)}`] : []
  const { words, lines = [] } = describeOutput(tool, output)
  return { words, lines: [...lines, ...doubt] }
}

function describeOutput(tool: string, output: unknown): { words?: string | undefined; lines?: readonly string[] } {
  const field = readFields(output)
  const count = (name: string): number => {
    const value = field(name)
    return Array.isArray(value) ? value.length : 0
  }
  switch (tool) {
    case 'run_command': {
      const streams = [field('stdout'), field('stderr')].filter((value) => typeof value === 'string' && value !== '')
      return { words: exitWords(field('exitCode'), field('signal')), lines: firstLines(streams.join('\n')) }
    }
    case 'read_file':
    case 'search_files':
      return {
        words: typeof output === 'string' ? plural(output.split('\n').filter(Boolean).length, 'line') : undefined,
      }
    case 'list_files':
      return { words: plural(count('entries'), 'entry', 'entries') }
    case 'write_file':
      return { words: sizeWords(field('sizeBytes')) }
    case 'edit_file':
      return { words: plural(Number(field('replacements')), 'replacement') }
    case 'patch_file':
      return { words: plural(count('files'), 'file') }
    case 'remember':
      return { words: field('status') === 'known' ? 'known already' : undefined }
    case 'recall':
      return { words: plural(count('hits'), 'memory', 'memories') }
    case 'forget':
      return { words: plural(count('forgotten'), 'memory', 'memories') }
    case 'create_task':
      return { words: `#${String(readFields(field('task'))('id'))}` }
    case 'list_tasks':
      return { words: plural(count('tasks'), 'task') }
    default:
      return {}
  }
}

/** Reads fields of something that may not have any. */
export function readFields(value: unknown): (name: string) => unknown {
  const fields =
    typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : new Map<string, unknown>()
  return (name) => fields.get(name)
}

function exitWords(exitCode: unknown, signal: unknown): string | undefined {
  if (typeof signal === 'string') return `ended by ${signal}`
  return exitCode === 0 ? undefined : `exit code ${String(exitCode)}`
}

function firstLines(text: string): string[] {
  const lines = visible(text).trimEnd().split('\n')
  const shown = lines
    .slice(0, shownLines)
    .map((line) => (line.length > 160 ? `${line.slice(0, 159).toWellFormed()}…` : line))
  const more = lines.length - shown.length
  return more > 0 ? [...shown, `… ${plural(more, 'more line')}`] : shown.filter((line) => line !== '')
}

function sizeWords(bytes: unknown): string | undefined {
  if (typeof bytes !== 'number') return undefined
  return bytes < 1_024 ? plural(bytes, 'byte') : `${(bytes / 1_024).toFixed(1)} KiB`
}

function lineRange(start: unknown, end: unknown): string {
  if (typeof start !== 'number' && typeof end !== 'number') return ''
  return `:${typeof start === 'number' ? start : 1}-${typeof end === 'number' ? end : ''}`
}

function patchedPaths(patch: unknown): string | undefined {
  if (typeof patch !== 'string') return undefined
  const paths = [...patch.matchAll(/^\+\+\+ (?:b\/)?(\S+)/gm)].map(([, path = '']) => path)
  return paths.length === 0 ? undefined : oneLine(paths.join(', '), 120)
}

function taskVerb(status: unknown): string {
  if (status === 'done') return 'Complete task'
  if (status === 'abandoned') return 'Drop task'
  return status === 'open' ? 'Reopen task' : status === 'in_progress' ? 'Start task' : 'Update task'
}
