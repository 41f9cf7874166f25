/** The innermost step: runs the tool, and takes secrets and excess out of what it gives. */

import { describeError, type Redactor } from '@salp/core'
import type { Outcome, Source } from '../protocol.js'
import { type JsonValue, ToolError } from '../tool.js'
import { failure, type Next } from './pipeline.js'
import { sourceOf } from './source.js'

/** What {@link runTool} needs. */
export interface RunDeps {
  readonly redactor: Redactor
  /** Most characters of one text in an output; more is cut in the middle. */
  readonly maxTextLength: number
  /** Told of errors that no tool should throw. */
  onFault(tool: string, error: unknown): void
}

/** Creates the step that runs a tool and turns whatever happens into an outcome; an abort of the turn is thrown on. */
export function runTool({ redactor, maxTextLength, onFault }: RunDeps): Next {
  return async (call): Promise<Outcome> => {
    call.started(call.input as JsonValue)
    try {
      const progress = (text: string): void => call.context.progress(redactor.text(text))
      const output = await call.tool.run(call.input, { ...call.context, progress }).finally(call.ended)
      const source = sourceOf(call.tool, call.input, output)
      return { status: 'ok', output: bound(redactor.data(output), maxTextLength), ...labelled(source) }
    } catch (error) {
      if (call.context.signal.aborted) throw error
      const source = labelled(sourceOf(call.tool, call.input, null))
      if (error instanceof ToolError)
        return {
          ...failure(error.kind, redactor.text(error.message), error.hint && redactor.text(error.hint)),
          ...source,
        }
      onFault(call.tool.name, error)
      return {
        ...failure('failed', redactor.text(`Cannot finish ${call.tool.name}: ${describeError(error)}`)),
        ...source,
      }
    }
  }
}

/** Only words of strangers are marked; what else there is shows by the tool. */
function labelled(source: Source | undefined): { source?: Source } {
  return source?.trust === 'foreign' ? { source } : {}
}

/** Cuts long texts in the middle, never inside a character. */
function bound(value: JsonValue, maxLength: number): JsonValue {
  if (typeof value === 'string') {
    if (value.length <= maxLength) return value
    const head = value.slice(0, Math.floor(maxLength * 0.7)).toWellFormed()
    const tail = value.slice(-Math.floor(maxLength * 0.3)).toWellFormed()
    return `${head}\n[… ${value.length - maxLength} characters left out …]\n${tail}`
  }
  if (Array.isArray(value)) return value.map((item) => bound(item, maxLength))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, bound(item, maxLength)]))
  }
  return value
}
