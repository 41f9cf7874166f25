/** How much harm a shell command could do, judged by everything it would run, not by its first word. */

import { isSecretPath, isSteeringPath, normalizePath, placeOf } from './paths.js'
import { type Call, findCalls } from './shell/calls.js'
import { type Level, programOf, selfDescription } from './shell/programs.js'
import { ruleOf } from './shell/rules.js'
import { operandsOf, type Scope, type Verdict } from './shell/scope.js'
import { tableVerdict } from './shell/table.js'
import { steers } from './shell/variables.js'
import { holdsCommand, type Value } from './shell/word.js'

/** What is known of a command before it runs. */
export interface CommandAssessment {
  readonly level: Level
  /** Short phrases, worst first. */
  readonly reasons: readonly string[]
  /** What "approve for this session" covers: programs with subcommands, or the command itself. */
  readonly grant: string
}

/** Where the command would run. */
export interface AssessCommandOptions {
  /** Workspace folder, absolute. */
  readonly root: string
  /** Working folder, relative to `root`. @defaultValue `'.'` */
  readonly folder?: string | undefined
}

const order = { low: 0, medium: 1, high: 2 } as const
const deepest = 12
const longest = 100_000

/**
 * Assesses a bash command.
 *
 * Every command is looked at, in lists, pipelines, blocks, functions, substitutions and here-documents, and so is what
 * `sh -c`, `eval`, `xargs`, `find -exec`, `env` and the like would run. The worst finding counts. An unknown program is
 * medium; text that does not parse is never low. It never throws.
 *
 * This is advice for a person who is asked, not a sandbox: a program may do what its words do not tell.
 */
export function assessCommand(command: string, { root, folder = '.' }: AssessCommandOptions): CommandAssessment {
  const findings: { level: Level; reason: string }[] = []
  const grants = new Set<string>()
  let exact = false
  /** Folders it may work in: a `cd` may fail, or count only in a subshell. Absent: it may be outside. */
  let folders: readonly string[] | undefined = [normalizePath(folder)]

  const note = (level: Level, reason: string | undefined): void => {
    if (reason !== undefined && reason !== '' && level !== 'low') findings.push({ level, reason })
  }
  const raise = (level: Level, reason: string): void => {
    exact = true
    note(level, reason)
  }
  const place = (value: Value): ReturnType<Scope['place']> => {
    if (value.dynamic) return 'unknown'
    if (value.process) return 'null'
    if (folders === undefined && !value.text.startsWith('/')) return 'outside'
    const places = (folders ?? ['.']).map((from) => placeOf(value.text, { root, folder: from }))
    return places.find((where) => where !== 'inside') ?? 'inside'
  }

  const secrets = (value: Value): void => {
    const hidden = value.pattern && /(?:^|[/=:@])\.[^/]*[*?[{]|(?:^|\/)\{[^}]*\.[a-z]/.test(value.text)
    if (hidden || value.text.split(/[=:,@{}]+/).some(isSecretPath)) raise('high', 'names a file that may hold secrets')
  }
  const pathText = (value: Value): Value => ({
    ...value,
    text: value.text.replace(/^(?:--?[\w-]+=|-[a-zA-Z](?=[/~]))/, ''),
  })
  const reads = (values: readonly Value[]): void => {
    for (const value of values.map(pathText)) {
      const where = place(value)
      if (where === 'unknown') raise('medium', 'reads paths computed when it runs')
      else if (where === 'outside' || where === 'temporary') raise('medium', 'reads outside the workspace')
      else if (where === 'device')
        raise(
          /^\/(?:dev\/(?!u?random|shm)|proc\/(?:\d+|self)\/)/.test(value.text) ? 'high' : 'medium',
          'reads from the system',
        )
    }
  }
  const writes = (values: readonly Value[]): void => {
    for (const value of values.map(pathText)) {
      const where = place(value)
      if (where === 'unknown') raise('high', 'writes to a path computed when it runs')
      else if (where === 'outside') raise('high', 'writes outside the workspace')
      else if (where === 'device')
        raise('high', /^\/dev\/(?:tcp|udp)\//.test(value.text) ? 'opens a connection' : 'writes to a device')
      else if (where === 'temporary') raise('medium', 'writes temporary files')
      else if (where === 'inside' && folders?.some((from) => isSteeringPath(`${from}/${value.text}`)) === true)
        raise('high', 'changes what other programs run')
      if (isSecretPath(value.text)) raise('high', 'writes a file that may hold secrets')
    }
  }
  const redirect = ({ operator, target }: Call['redirects'][number]): void => {
    secrets(target)
    if (/^&?\d+$|^-$/.test(target.text) && operator.includes('&') && !operator.startsWith('&')) return
    if (/^\/dev\/(?:tcp|udp)\//.test(target.text)) raise('high', 'opens a connection')
    else if (operator === '<') reads([target])
    else if (operator !== '<&') {
      if (place(target) === 'inside') raise('medium', 'writes to a file')
      writes([target])
    }
  }
  const assigns = (name: string, value: Value): void => {
    if (holdsCommand(value)) raise('high', 'keeps a command in a variable')
    if (steers(name, value.text)) {
      raise('high', `sets ${name}, which changes what programs run`)
    }
  }

  const assessCall = (call: Call, depth: number): void => {
    for (const each of call.redirects) redirect(each)
    for (const { name, value } of call.assignments) {
      assigns(name, value)
      if (call.words.length === 0 && value.dynamic) exact = true
    }
    const [first, ...args] = call.words
    if (first === undefined) return
    if (first.dynamic || first.pattern || first.process || first.text === '') {
      raise('high', 'runs a program whose name is computed')
      for (const arg of args) secrets(arg)
      return
    }
    const scope: Scope = {
      raise,
      place,
      reads,
      writes,
      assigns,
      run: (words, input = { from: 'caller' }) => {
        if (depth >= deepest) raise('high', 'nests too deep to be analysed')
        else assessCall({ words, assignments: [], redirects: [], input }, depth + 1)
      },
      script: (text) => {
        if (text.dynamic) raise('high', 'runs a command computed when it runs')
        script(text.text, depth + 1)
      },
      moveTo: (target) => {
        const upwards = target.text === '-' || /(?:^|\/)\.\.(?:\/|$)/.test(target.text)
        const where = upwards ? 'outside' : place(target)
        if (where === 'unknown') raise('medium', 'works in a folder computed when it runs')
        else if (where !== 'inside') raise('medium', 'works outside the workspace')
        const reached = target.text.startsWith('/')
          ? [relativeTo(root, target.text)]
          : folders?.map((from) => normalizePath(`${from}/${target.text}`))
        const next = new Set([...(folders ?? []), ...(reached ?? [])])
        folders = where !== 'inside' || folders === undefined || next.size > 16 ? undefined : [...next]
      },
    }
    const verdict = programVerdict(first, args, call, scope)
    note(verdict.level, verdict.reason)
    if (verdict.level === 'low' && verdict.grant === undefined) return
    if (verdict.grant === undefined) exact = true
    else grants.add(verdict.grant)
  }

  const programVerdict = (first: Value, args: readonly Value[], call: Call, scope: Scope): Verdict => {
    const { name, foreign } = programName(first.text)
    if (foreign) {
      for (const arg of args) secrets(arg)
      reads(operandsOf(args))
      return place(first) === 'inside'
        ? { level: 'medium', reason: 'runs a program of the project' }
        : { level: 'high', reason: 'runs a program outside the workspace' }
    }
    if (name !== first.text && name === first.text.toLowerCase()) raise('medium', 'names a program in unusual letters')
    const known = programOf(name)
    const rule = ruleOf(name)
    const talks = known?.level === 'low' && known.operands === 'none'
    if (!talks) for (const arg of args) secrets(arg)
    if (rule !== undefined) return rule(args, scope, call, name)
    if (args.length === 1 && selfDescription.test(args[0]?.text ?? '') && known !== undefined)
      return { level: 'low', grant: `${name} ${args[0]?.text}` }
    if (known !== undefined) return tableVerdict(name, known, args, scope)
    reads(operandsOf(args).filter(({ text }) => /^(?:[/~]|\.\.?\/)/.test(text)))
    return { level: 'medium', reason: `"${name}" is not a program that is known` }
  }

  const script = (text: string, depth: number): void => {
    if (depth >= deepest || text.length > longest) {
      raise('high', 'is too long or nests too deep to be analysed')
      return
    }
    findCalls(text, {
      call: (call) => assessCall(call, depth),
      redirect,
      error: (message) => raise('medium', `does not parse: ${message}`),
      evaluation: () => raise('high', 'may evaluate text that holds a command'),
      definition: (name, recursive) => {
        exact = true
        if (recursive) note('high', `defines "${name}", which calls itself`)
      },
    })
  }

  try {
    if (/[\0\u202a-\u202e\u2066-\u2069]/.test(command)) raise('high', 'holds characters that hide what it says')
    script(command, 0)
  } catch (error) {
    raise('high', `cannot be analysed: ${error instanceof Error ? error.name : 'unknown'}`)
  }
  const level = findings.reduce<Level>(
    (worst, finding) => (order[finding.level] > order[worst] ? finding.level : worst),
    'low',
  )
  const reasons = [
    ...new Set([...findings].sort((a, b) => order[b.level] - order[a.level]).map(({ reason }) => reason)),
  ]
  return {
    level,
    reasons,
    grant: exact || level === 'high' || grants.size === 0 ? command.trim() : [...grants].join('; '),
  }
}

const reachesOut =
  /network|download|connection|sends|installs|uploads|publishes|remote|code host|deploys|credentials|another machine/

/** Whether a command reaches other machines, as far as its words tell: an unknown program may, and does not count. */
export function reachesNetwork(command: string): boolean {
  return assessCommand(command, { root: '/' }).reasons.some((reason) => reachesOut.test(reason))
}

/** The name to look a program up by. `foreign` if it is given by a path that is no usual one for programs. */
function programName(text: string): { name: string; foreign: boolean } {
  const bare = /^(?:\/usr(?:\/local)?|\/opt\/homebrew)?\/s?bin\/([^/]+)$/.exec(text)?.[1]
  const name = (bare ?? text).replace(/\.exe$/i, '')
  const lower = name.toLowerCase()
  return {
    name: programOf(name) === undefined && ruleOf(name) === undefined ? lower : name,
    foreign: bare === undefined && text.includes('/'),
  }
}

function relativeTo(root: string, path: string): string {
  return normalizePath(path).slice(normalizePath(root).length + 1) || '.'
}
