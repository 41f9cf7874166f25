/** What the rules for programs say to the assessment, and ask of it. */

import type { Place } from '../paths.js'
import type { Call, Input } from './calls.js'
import type { Level } from './programs.js'
import type { Value } from './word.js'

/** What is known of a call before its arguments are looked at one by one. */
export interface Verdict {
  readonly level: Level
  readonly reason?: string | undefined
  /** Words that stand for calls of this sort in a grant; absent: only this very command. */
  readonly grant?: string | undefined
}

/** The assessment of one script, as a rule sees it. */
export interface Scope {
  /** Raises the level. A grant then covers this very command only. */
  raise(level: Level, reason: string): void
  /** Assesses a command that the one at hand runs, and what it would read. */
  run(words: readonly Value[], input?: Input): void
  /** Assesses shell text that the command at hand runs. Text that is not fully known is high. */
  script(text: Value): void
  /** Takes note that the working folder changes. */
  moveTo(folder: Value): void
  place(value: Value): Place | 'unknown'
  /** Raises for paths that are read. */
  reads(values: readonly Value[]): void
  /** Raises for paths that are written. */
  writes(values: readonly Value[]): void
  /** Raises for variables that change how programs run. */
  assigns(name: string, value: Value): void
}

/** Looks closer at a program than a table can. */
export type Rule = (args: readonly Value[], scope: Scope, call: Call, name: string) => Verdict

/** Operands, with flags and what follows `valueFlags` taken out. */
export function operandsOf(args: readonly Value[], valueFlags?: RegExp): Value[] {
  const operands: Value[] = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]
    if (arg === undefined) break
    if (arg.text === '--') return [...operands, ...args.slice(index + 1)]
    if (!/^-./.test(arg.text) || arg.dynamic) operands.push(arg)
    else if (valueFlags?.test(arg.text) === true) index++
  }
  return operands
}

/** Flags before `--`. */
export function flagsOf(args: readonly Value[]): string[] {
  const end = args.findIndex(({ text }) => text === '--')
  return args
    .slice(0, end < 0 ? undefined : end)
    .map(({ text }) => text)
    .filter((text) => /^-./.test(text))
}

/** Tells whether any flag fits. */
export const hasFlag = (args: readonly Value[], pattern: RegExp): boolean =>
  flagsOf(args).some((flag) => pattern.test(flag))

/** What follows the leading flags, of which `valueFlags` take the next word: the command that a wrapper runs. */
export function afterFlags(args: readonly Value[], valueFlags?: RegExp): readonly Value[] {
  for (let index = 0; index < args.length; index++) {
    const text = args[index]?.text ?? ''
    if (text === '--') return args.slice(index + 1)
    if (!/^-./.test(text)) return args.slice(index)
    if (valueFlags?.test(text) === true) index++
  }
  return []
}
