/** Judges programs that a table describes. */

import { type Program, runsCode, usesNetwork } from './programs.js'
import { flagsOf, operandsOf, type Scope, type Verdict } from './scope.js'
import { literal, type Value } from './word.js'

/** Judges a call of `program` by its table entry. */
export function tableVerdict(name: string, program: Program, args: readonly Value[], scope: Scope): Verdict {
  const operands = operandsOf(args)
  const paths = operands.slice(
    program.patterns !== undefined && !flagsOf(args).some((flag) => /^(?:-[a-zA-Z]*[ef]|--regexp|--file)/.test(flag))
      ? program.patterns
      : 0,
  )
  if (program.operands === 'read') {
    scope.reads(paths)
    scope.reads(args.filter(({ text }) => /^-.*[/~]/.test(text) && !operands.some((operand) => operand.text === text)))
  } else if (program.operands === 'source') {
    scope.reads(paths.slice(0, 1))
    scope.writes(paths.slice(1))
    if (paths.length > 1) scope.raise('medium', 'writes a file')
  } else if (program.operands === 'target') {
    scope.reads(paths.slice(0, -1))
    scope.writes(paths.slice(-1))
  } else if (program.operands === 'write' || program.operands === 'delete') {
    scope.writes(paths)
    scope.writes(args.filter(({ text }) => /^-.*[/~]/.test(text)))
    if (program.operands === 'delete' && paths.some((path) => path.pattern || /^\.?\.?\/?$|^~/.test(path.text)))
      scope.raise('high', 'deletes by a wildcard or a whole folder')
  }
  if (program.output !== undefined) scope.writes(outputsOf(args, program.output))
  for (const [pattern, level, reason] of program.flags ?? []) {
    if (args.some(({ text }) => /^[-+]/.test(text) && pattern.test(text))) scope.raise(level, reason)
  }
  if (program.operands === 'none' && program.level !== 'low') {
    const leaves = args.some(
      (arg) =>
        /^(?:[/~]|\.\.(?:\/|$))/.test(pathOf(arg.text)) && scope.place({ ...arg, text: pathOf(arg.text) }) !== 'inside',
    )
    if (leaves) scope.raise(program.reason === runsCode ? 'high' : 'medium', 'works outside the workspace')
    if (args.some(({ dynamic }) => dynamic)) {
      scope.raise(program.reason === usesNetwork ? 'high' : 'medium', 'has arguments computed when it runs')
    }
  }
  const [first = literal(''), second] = operands
  if (program.subcommands !== undefined) {
    const joined = [first.text, `${first.text} ${second?.text ?? ''}`]
    const entry =
      program.subcommands.find(([names]) => names === joined[1]) ??
      program.subcommands.find(
        ([names]) => names.includes('*') && second !== undefined && fits(names, first.text, second.text),
      ) ??
      program.subcommands.find(([names]) => names === joined[0] || (first.text === '' && args[0]?.text === names))
    if (entry !== undefined) {
      const [names, level, reason = program.reason] = entry
      return { level, reason, grant: `${name} ${names.includes(' ') ? joined[1] : names}` }
    }
    return {
      level: program.level,
      reason: program.reason,
      grant: first.text === '' || first.dynamic ? undefined : `${name} ${first.text}`,
    }
  }
  const broad = program.level === 'low' || program.operands === 'write' || program.operands === 'target'
  return { level: program.level, reason: program.reason, grant: broad ? name : undefined }
}

function fits(names: string, first: string, second: string): boolean {
  const [left, right] = names.split(' ')
  return (left === '*' || left === first) && (right === '*' || right === second)
}

/** The path in `--flag=path` or `-fpath`. */
function pathOf(text: string): string {
  return text.replace(/^(?:--?[\w-]+=|-[a-zA-Z](?=[/~.]))/, '')
}

/** What follows a flag that names an output, glued to it or as the next word. */
function outputsOf(args: readonly Value[], flag: RegExp): Value[] {
  return args.flatMap((arg, index) => {
    const match = flag.exec(arg.text)
    if (match === null) return []
    const glued = arg.text.slice(match[0].length).replace(/^=/, '')
    return glued === '' ? args.slice(index + 1, index + 2) : [{ ...arg, text: glued }]
  })
}
