/** The keyboard: lines asked for, and keys pressed while something runs. */

import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import type { Input, Output } from '../io.js'

/** What a person did at a prompt. */
export type Reply =
  | { readonly type: 'line'; readonly text: string }
  | { readonly type: 'interrupted' }
  | { readonly type: 'ended' }

/** How to ask for a line. */
export interface AskOptions {
  /** Ends the prompt as if interrupted. */
  readonly signal?: AbortSignal | undefined
  /** Text that is already there, to be changed. Line ends in it submit. */
  readonly initial?: string | undefined
  /** Earlier lines, the newest first; the line is added to it. */
  readonly history?: string[] | undefined
  /** Completions of a line. */
  readonly complete?: ((line: string) => string[]) | undefined
  /** Shows nothing of what is typed: it is a secret. */
  readonly hidden?: boolean | undefined
}

/** What happens to keys that are pressed while no line is asked for. */
export interface KeyHandler {
  /** Ctrl-C or Escape. */
  interrupt(): void
  /** A whole line; `true` takes it, otherwise it is kept for the next prompt. */
  line(text: string): boolean
}

/** A person at a keyboard. */
export interface Terminal {
  /** Asks for a line; several that were pasted come as one text. */
  ask(prompt: string, options?: AskOptions): Promise<Reply>
  /** Takes keys until released. @returns A function that releases them and gives what was typed. */
  hold(handler: KeyHandler): () => string
}

/** Creates a terminal over the process's streams. */
export function createTerminal(input: Input, output: Output): Terminal {
  return {
    ask: (prompt, options = {}) => ask(input, output, prompt, options),
    hold: (handler) => hold(input, handler),
  }
}

function ask(
  input: Input,
  output: Output,
  prompt: string,
  { signal, initial, history, complete, hidden = false }: AskOptions,
): Promise<Reply> {
  const { promise, resolve } = Promise.withResolvers<Reply>()
  const reader = createInterface({
    input,
    output: hidden ? nowhere() : output,
    // Otherwise the keyboard shows what is typed by itself.
    terminal: hidden || output.isTTY === true,
    prompt,
    history: [...(history ?? [])],
    historySize: history === undefined ? 0 : 1_000,
    removeHistoryDuplicates: true,
    ...(complete !== undefined && { completer: (line: string) => [complete(line), line] }),
  })
  const lines: string[] = []
  const finish = (reply: Reply): void => {
    resolve(reply)
    reader.close()
  }
  const abort = (): void => {
    output.write('\n')
    finish({ type: 'interrupted' })
  }
  reader.on('line', (line) => {
    lines.push(line)
    if (hidden && lines.length === 1) output.write('\n')
    // The lines of a paste arrive in one go; they belong together, with what follows the last of them.
    if (lines.length === 1)
      setImmediate(() =>
        finish({ type: 'line', text: [...lines, ...(reader.line === '' ? [] : [reader.line])].join('\n') }),
      )
  })
  reader.on('SIGINT', abort)
  reader.on('close', () => {
    if (lines.length === 0) finish({ type: 'ended' })
  })
  signal?.addEventListener('abort', abort, { once: true })
  if (hidden) output.write(prompt)
  reader.prompt()
  if (initial !== undefined && initial !== '') reader.write(initial)
  if (signal?.aborted === true) abort()
  return promise.then((reply) => {
    signal?.removeEventListener('abort', abort)
    if (reply.type === 'line' && reply.text !== '') history?.unshift(reply.text)
    return reply
  })
}

/** Takes what is written, and keeps none of it. */
function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() })
}

function hold(input: Input, { interrupt, line }: KeyHandler): () => string {
  let typed = ''
  const read = (chunk: Buffer | string): void => {
    const keys = chunk.toString()
    if (keys === '\u001b') {
      interrupt()
      return
    }
    // Arrows and the like mean nothing here.
    for (const key of stripVTControlCharacters(keys)) {
      if (key === '\u0003') interrupt()
      else if (key === '\u007f' || key === '\b') typed = typed.slice(0, -1)
      else if (key === '\r' || key === '\n') {
        const begin = typed.lastIndexOf('\n') + 1
        if (line(typed.slice(begin))) typed = typed.slice(0, begin)
        else typed += '\n'
      } else if (key >= ' ') typed += key
    }
  }
  input.setRawMode?.(true)
  input.on('data', read)
  input.resume()
  return () => {
    input.off('data', read)
    input.setRawMode?.(false)
    input.pause()
    return typed
  }
}
