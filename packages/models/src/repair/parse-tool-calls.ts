/** Finds the tool calls that a model wrote as text. */

import { createScanner } from './scan.js'
import { createToolbox, fitArguments, type RepairableTool, type Toolbox } from './toolbox.js'

/** A call found in text. */
export interface ParsedToolCall {
  /** A known tool's name, or, where only a call looks like that, the unknown name as written. */
  readonly toolName: string
  readonly input: Readonly<Record<string, unknown>>
  /** The text ended within the call: its last argument may be cut off. */
  readonly truncated: boolean
}

/** What a text holds. */
export interface ParsedText {
  readonly calls: readonly ParsedToolCall[]
  /** The rest, trimmed where calls were taken out of it; the text as it was if there are none. */
  readonly text: string
}

/**
 * Reads every form of call known to be written by language models: JSON alone, in fences, in tags or after special tokens;
 * XML with parameters; code with keywords; ReAct; phrases such as "Calling tool x with {…}"; a bare unified diff.
 *
 * Forms that an example shares count only where nothing says that they are one: not in a span of code, not in a sentence
 * that goes on, not after or before words that explain. Names within two edits of one tool alone are taken for it.
 *
 * @param tools - The tools on offer. With none, no call is found.
 */
export function parseToolCalls(text: string, tools: readonly RepairableTool[]): ParsedText {
  if (tools.length === 0) return { calls: [], text }
  const toolbox = createToolbox(tools)
  const scanner = createScanner(toolbox)
  scanner.push('')
  scanner.push(text)
  return finishText(scanner, toolbox, 0)
}

/** What a scanner found once its text has ended. @param from - How much of the text was passed on already. */
export function finishText(scanner: ReturnType<typeof createScanner>, toolbox: Toolbox, from: number): ParsedText {
  const findings = scanner.end()
  const text = scanner.text()
  const calls: ParsedToolCall[] = []
  const prose: string[] = []
  let end = 0
  for (const finding of findings) {
    const found = finding.calls.flatMap((call) => {
      const tool = toolbox.resolve(call.name)
      const input = fitArguments(tool, call.input)
      return input === undefined ? [] : [{ toolName: tool?.name ?? call.name, input, truncated: finding.truncated }]
    })
    if (found.length === 0) continue
    calls.push(...found)
    prose.push(text.slice(end, finding.start))
    end = finding.end
  }
  if (calls.length === 0) return { calls, text: text.slice(from) }
  const [first = '', ...rest] = [...prose, text.slice(end)]
  const kept = [first.trimEnd(), ...rest.map((piece) => piece.trim())].filter((piece) => piece.trim() !== '')
  return { calls, text: kept.join('\n\n').slice(from) }
}
