/** Markdown for a terminal, rendered while it is still being written. */

import { createInlineReader } from './inline.js'
import type { Style } from './style.js'
import { renderTable } from './table.js'
import { createWrapper, type Paint } from './wrap.js'

/** Takes text in pieces of any size; what it gives does not depend on where they were cut. */
export interface MarkdownStream {
  write(text: string): string
  /** Gives what was held back, and ends the line. The next text begins a new document. */
  end(): string
}

/** What a line is, once that is known. */
type Block =
  | { readonly type: 'undecided' }
  | { readonly type: 'text' }
  | { readonly type: 'code'; readonly fence: string }

const undecided: Block = { type: 'undecided' }

/** Starts of lines that may still become a mark of their own: a heading, a list, a quote, a rule, a fence, a table. */
const mayBecomeMark =
  /^ {0,12}(?:#{1,6} ?|[-+*] ?|\d{1,3}[.)]? ?|>|(?:[-*_] ?){1,40}|`{1,2}|~{1,2}|`{3,}[^`]*|~{3,}.*|\|.*)?$/u

const plain: Paint = (text) => text

/** Creates a stream for lines as wide as `style` says. Text is expected to be safe to show. */
export function createMarkdownStream(style: Style): MarkdownStream {
  const { paint } = style
  const wrapper = createWrapper(style.width)
  let block: Block = undecided
  let line = ''
  let table: string[] = []
  let inline = createInlineReader(style)
  let high = ''
  let blank = true

  const addInline = (character: string): string => {
    const runs = inline.add(character)
    return runs.map((run) => wrapper.add(run.text, run.paint)).join('')
  }

  const endLine = (): string => {
    const rest = inline.end()
    const shown = rest.map((run) => wrapper.add(run.text, run.paint)).join('') + wrapper.endLine()
    block = undecided
    line = ''
    return shown
  }

  /** Begins a line of text with `lead`, then reads the rest of what was held back. */
  const begin = (lead: string, indent: string, rest: string, look: Paint = plain): string => {
    block = { type: 'text' }
    inline = createInlineReader(style, look)
    blank = false
    return wrapper.beginLine(lead, indent) + [...rest].map(addInline).join('')
  }

  /** Decides what the line is, if that is plain by now. */
  const decide = (complete: boolean): string => {
    if (!complete && mayBecomeMark.test(line)) return ''
    const [, margin = '', mark = '', rest = ''] =
      /^( *)(#{1,6}(?= )|[-+*](?= )|\d{1,3}[.)](?= )|>)? ?(.*)$/su.exec(line) ?? []
    if (mark.startsWith('#'))
      return begin('', '', rest, mark.length === 1 ? (text) => paint.bold(paint.underline(text)) : paint.bold)
    if (mark === '>') return begin(paint.dim(`${margin}│ `), paint.dim(`${margin}│ `), rest, paint.italic)
    if (mark === '') return begin('', '', line)
    const bullet = /\d/.test(mark) ? mark : '•'
    return begin(`${margin}${paint.dim(bullet)} `, ' '.repeat(margin.length + bullet.length + 1), rest)
  }

  /** Ends a line that was held back whole. */
  const completeLine = (): string => {
    if (line.trimStart().startsWith('|')) {
      table.push(line)
      line = ''
      return ''
    }
    const tableBefore = flushTable()
    if (line.trim() === '') {
      const shown = blank ? '' : '\n'
      blank = true
      line = ''
      return tableBefore + shown
    }
    const [, fence, language = ''] = /^ *(`{3,}|~{3,})(.*)$/u.exec(line) ?? []
    if (fence !== undefined) {
      block = { type: 'code', fence }
      line = ''
      blank = false
      return `${tableBefore}${paint.dim(`┌ ${language.trim() || 'text'}`)}\n`
    }
    if (/^ *([-*_])(?: *\1){2,} *$/u.test(line)) {
      line = ''
      blank = false
      return `${tableBefore}${paint.dim('─'.repeat(Math.min(style.width, 40)))}\n`
    }
    return tableBefore + decide(true) + endLine()
  }

  const completeCodeLine = (fence: string): string => {
    const closes = line.trim().startsWith(fence) && line.trim().replaceAll(fence.charAt(0), '') === ''
    const shown = closes ? paint.dim('└') : paint.cyan(line)
    line = ''
    if (closes) block = undecided
    return `${shown}\n`
  }

  const flushTable = (): string => {
    if (table.length === 0) return ''
    const shown = renderTable(table, style)
    table = []
    blank = false
    return shown
  }

  const add = (character: string): string => {
    if (block.type === 'text') return character === '\n' ? endLine() : addInline(character)
    if (character === '\n') return block.type === 'code' ? completeCodeLine(block.fence) : completeLine()
    line += character
    if (block.type === 'code') return ''
    const shown = /^ *[^| ]/u.test(line) ? flushTable() : ''
    return shown + decide(false)
  }

  return {
    write(text) {
      const whole = high + text
      const cut = /[\ud800-\udbff]$/.test(whole) ? whole.length - 1 : whole.length
      high = whole.slice(cut)
      return [...whole.slice(0, cut)].map(add).join('')
    },
    end() {
      let shown = ''
      if (block.type === 'text') shown = endLine()
      else if (block.type === 'code' && line !== '') shown = completeCodeLine(block.fence)
      else if (line !== '') shown = completeLine()
      shown += flushTable()
      block = undecided
      line = ''
      high = ''
      blank = true
      return shown
    },
  }
}
