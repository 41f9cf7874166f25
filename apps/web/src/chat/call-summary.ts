/** What a tool call is about, in words for a person. */

import { plural, truncate } from '../format/quantity.js'

/** A phrase such as `List files in`, and the thing it is about, shown as code. */
export interface CallSummary {
  readonly phrase: string
  readonly object?: string
  /** Whether the object is words rather than code. */
  readonly prose?: true
}

const cartridgePhrases = {
  read_cartridge: 'Read the cartridge',
  write_cartridge: 'Change the cartridge',
  test_cartridge: 'Test the cartridge',
  call_cartridge: 'Call the cartridge',
  publish_cartridge: 'Publish the cartridge',
  unpublish_cartridge: 'Take back the cartridge',
  rollback_cartridge: 'Go back to the version before of',
  remove_cartridge: 'Delete the cartridge',
} as const

/** Summarises a call from its name and input, whole or still streaming in. */
export function summarizeCall(tool: string, input: unknown): CallSummary {
  const field = readField(input)
  const text = (name: string, chars = 90) => {
    const value = field(name)
    return typeof value === 'string' && value !== '' ? truncate(value.replaceAll(/\s+/g, ' ').trim(), chars) : undefined
  }
  switch (tool) {
    case 'read_file':
      return about(`Read${lineRange(field('startLine'), field('endLine'))}`, text('path'))
    case 'list_files':
      return about(
        'List files in',
        text('pattern') ? `${text('path') ?? '.'} ${text('pattern')}` : (text('path') ?? '.'),
      )
    case 'search_files':
      return about('Search files for', text('query'))
    case 'write_file':
      return about(field('mode') === 'append' ? 'Append to' : 'Write', text('path'))
    case 'edit_file':
      return about('Edit', text('path'))
    case 'patch_file':
      return about('Patch', patchedPaths(field('patch')))
    case 'run_command':
      return about('Run', text('command', 140))
    case 'remember':
      return told('Remember', text('content'))
    case 'recall':
      return told('Recall', text('query'))
    case 'forget':
      return told('Forget', text('query') ?? text('id'))
    case 'create_task':
      return told('Create task', text('title'))
    case 'list_tasks':
      return { phrase: field('status') === 'all' ? 'List all tasks' : `List ${text('status') ?? 'open'} tasks` }
    case 'update_task':
      return told(taskVerb(field('status')), taskName(field('id'), text('title')))
    case 'fetch_url':
      return about('Fetch', text('url', 140))
    case 'ask_human':
      return told('Ask you', text('question'))
    case 'agent_status':
      return { phrase: 'Check own status' }
    case 'list_cartridges':
      return { phrase: 'List cartridges' }
    case 'create_cartridge':
      return told('Make a cartridge', text('name') ?? text('template'))
    case 'read_cartridge':
    case 'write_cartridge':
    case 'test_cartridge':
    case 'call_cartridge':
    case 'publish_cartridge':
    case 'unpublish_cartridge':
    case 'rollback_cartridge':
    case 'remove_cartridge':
      return about(cartridgePhrases[tool], text('id'))
    default:
      return about(`Use ${tool}`, firstText(input))
  }
}

/** The summary as one line of plain text. */
export function summaryText({ phrase, object }: CallSummary): string {
  return object === undefined ? phrase : `${phrase} ${object}`
}

function about(phrase: string, object: string | undefined): CallSummary {
  return object === undefined ? { phrase } : { phrase, object }
}

function told(phrase: string, object: string | undefined): CallSummary {
  return object === undefined ? { phrase } : { phrase, object, prose: true }
}

function readField(input: unknown): (name: string) => unknown {
  const fields = typeof input === 'object' && input !== null ? Object.entries(input) : []
  return (name) => fields.find(([key]) => key === name)?.[1]
}

function lineRange(start: unknown, end: unknown): string {
  if (typeof start === 'number' && typeof end === 'number') return ` lines ${start}–${end} of`
  if (typeof start === 'number') return ` from line ${start} of`
  return typeof end === 'number' ? ` the first ${plural(end, 'line')} of` : ''
}

function patchedPaths(patch: unknown): string | undefined {
  if (typeof patch !== 'string') return undefined
  const paths = [...patch.matchAll(/^\+\+\+ (?:b\/)?(\S+)/gm)].map((match) => match[1])
  return paths.length === 0 ? undefined : paths.join(', ')
}

function taskVerb(status: unknown): string {
  if (status === 'done') return 'Complete task'
  if (status === 'abandoned') return 'Abandon task'
  return status === 'open' ? 'Reopen task' : status === 'in_progress' ? 'Start task' : 'Update task'
}

function taskName(id: unknown, title: string | undefined): string | undefined {
  return typeof id === 'number' ? (title ? `#${id} ${title}` : `#${id}`) : title
}

function firstText(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null) return undefined
  const value = Object.values(input).find((field) => typeof field === 'string' && field !== '')
  return typeof value === 'string' ? truncate(value, 90) : undefined
}
