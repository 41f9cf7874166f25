/** What a person is asked to approve: a command in full, a file by its first lines. */

import type { Approval } from '@salp/agent'
import { readFields } from './call-summary.js'
import { plural } from './quantity.js'
import type { Style } from './style.js'
import { oneLine, visible } from './visible.js'

const wishes: Readonly<Record<string, string>> = {
  run_command: 'run a command',
  write_file: 'write a file',
  edit_file: 'edit a file',
  patch_file: 'patch files',
  fetch_url: 'fetch a page',
  forget: 'forget',
}

/** Lines of a file's content that are shown. */
const shownLines = 40

/** Renders the request above the prompt. */
export function renderApproval(approval: Approval, style: Style): string {
  const { paint } = style
  const wish = wishes[approval.tool] ?? `use ${oneLine(approval.tool, 60)}`
  const { level, reasons } = approval.risk
  const risk = { low: paint.green, medium: paint.yellow, high: paint.red }[level](`${level} risk`)
  return [
    `${paint.bold(paint.yellow('?'))} ${paint.bold(`Salp wants to ${wish}`)}  ${risk}`,
    ...describeInput(approval, style).map((line) => `  ${line}`),
    ...reasons.map((reason) => `  ${paint.dim(`· ${oneLine(reason, 200)}`)}`),
  ].join('\n')
}

/** The answers there are, above the prompt. */
export function renderChoices({ grant }: Approval, { paint }: Style): string {
  const key = (letter: string, word: string): string => `${paint.bold(`[${letter}]`)}${word}`
  return `  ${key('a', 'pprove once')}  ${key('s', `ession: allow "${oneLine(grant, 60)}" from now on`)}  ${key('d', 'eny')}  ${key('e', 'dit')}`
}

function describeInput({ tool, input }: Approval, style: Style): string[] {
  const { paint } = style
  const field = readFields(input)
  const text = (name: string): string => visible(String(field(name) ?? ''))
  switch (tool) {
    case 'run_command': {
      const folder = field('folder') === undefined || field('folder') === '.' ? [] : [paint.dim(`in ${text('folder')}`)]
      return [
        ...text('command')
          .split('\n')
          .map((line, index) => `${paint.dim(index === 0 ? '$' : ' ')} ${line}`),
        ...folder,
      ]
    }
    case 'write_file':
      return [
        `${text('path')}${paint.dim(`  ${text('mode') || 'overwrite'}`)}`,
        ...preview(text('content'), style, paint.green),
      ]
    case 'edit_file':
      return [
        `${text('path')}${field('all') === true ? paint.dim('  everywhere') : ''}`,
        ...preview(text('find'), style, (line) => paint.red(`- ${line}`)),
        ...preview(text('replace'), style, (line) => paint.green(`+ ${line}`)),
      ]
    case 'patch_file':
      return preview(text('patch'), style, (line) =>
        line.startsWith('+') ? paint.green(line) : line.startsWith('-') ? paint.red(line) : line,
      )
    case 'fetch_url':
      return [text('url')]
    default:
      return preview(visible(JSON.stringify(input, null, 2)), style, (line) => line)
  }
}

function preview(text: string, { paint }: Style, look: (line: string) => string): string[] {
  if (text === '') return []
  const lines = text.replace(/\n$/, '').split('\n')
  const more = lines.length - shownLines
  return [...lines.slice(0, shownLines).map(look), ...(more > 0 ? [paint.dim(`… ${plural(more, 'more line')}`)] : [])]
}
