/** The thread that takes types out of TypeScript: Node's own way of it does not survive every source. */

import { stripTypeScriptTypes } from 'node:module'
import { parentPort } from 'node:worker_threads'
import type { StripOutcome } from '../compile/script/script.js'

/** What the thread answers to a source; that it died it cannot. */
export type StripAnswer = Exclude<StripOutcome, { readonly status: 'failed' }>

parentPort?.on('message', (source: string) => parentPort?.postMessage(strip(source)))

function strip(source: string): StripAnswer {
  try {
    return { status: 'stripped', code: stripTypeScriptTypes(source) }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const reason = 'code' in error && error.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX' ? 'unsupported' : 'syntax'
    return { status: 'refused', reason, message: error.message, ...placeIn(source, error.stack ?? '') }
  }
}

/**
 * The place, which stands only in the head of the trace: a file and the line; a few lines of text, tabs as four spaces; marks
 * under what is meant, unless that is more than a line or behind the end.
 */
function placeIn(source: string, trace: string): { line: number; column: number } {
  const [, line = '0', frame = ''] = /^[^\n]*:(\d+)\n([\s\S]*?)\n\n\w*Error/.exec(trace) ?? []
  const text = source.split('\n')[Number(line) - 1] ?? ''
  const marks = /^( *)\^+$/m.exec(frame)
  if (marks === null)
    return { line: Number(line), column: (/^ {2}> /m.test(frame) ? text.search(/\S/) : text.length) + 1 }
  let width = marks[1]?.length ?? 0
  let column = 1
  for (; width > 0; column++) width -= text[column - 1] === '\t' ? 4 : 1
  return { line: Number(line), column }
}
