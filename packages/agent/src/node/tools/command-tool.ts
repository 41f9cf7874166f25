/** Runs shell commands in the workspace, bounded in time and output, without the secrets of the agent. */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { z } from 'zod'
import { type Assessment, createTool, type JsonValue, type Tool, type ToolContext, ToolError } from '../../tool.js'
import { assessCommand } from '../../tools/assess-command.js'
import { type BoundedText, createBoundedText } from '../../tools/bounded-text.js'
import { forgiving, pathSchema } from '../../tools/input.js'
import type { Sandbox } from '../sandbox.js'
import { withoutSecrets } from '../secret-variables.js'
import { refusal } from './read-tools.js'
import type { Workspace } from './workspace.js'

/** Runs commands in another place than a process of its own; what it gives is what the tool gives. */
export type CommandRunner = (
  /** `folder` is absolute. */
  command: { command: string; folder: string; timeoutMs: number; maxOutputBytes: number },
  context: ToolContext,
) => Promise<JsonValue>

/** What the tool asks of the application. */
export interface CommandToolDeps {
  readonly workspace: Workspace
  /** Variables of the process; those that look secret are not handed on. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /**
   * Secrets that commands may use, by the names of their variables: one that names it as `$NAME` is given it, and is of high risk. The
   * model knows the name alone; that the value is taken out of what it reads is the redactor's to do. @defaultValue none
   */
  readonly secrets?: Readonly<Record<string, string>> | undefined
  /** Asked for at each call; nothing means a process of its own. */
  readonly runner?: (() => CommandRunner | undefined) | undefined
  /** Keeps commands to the workspace. @defaultValue none: they may do what whoever started the agent may */
  readonly sandbox?: Sandbox | undefined
}

/** How commands run. */
export interface CommandToolOptions {
  /** A shell that takes `-c`, such as bash. @defaultValue the first of bash and sh that is there */
  readonly shell?: string | undefined
  /** Names of variables to hand on although they look secret. */
  readonly keep?: readonly string[] | undefined
  /** Bytes kept of each of the two outputs. @defaultValue `24_000` */
  readonly maxOutputBytes?: number | undefined
  /** How long a command has after it was asked to end, in ms. @defaultValue `2_000` */
  readonly graceMs?: number | undefined
}

const defaultTimeoutMs = 120_000
const longestTimeoutMs = 1_800_000

/** Creates `run_command`. */
export function createCommandTool(
  { workspace, environment, secrets = {}, runner, sandbox }: CommandToolDeps,
  options: CommandToolOptions = {},
): Tool {
  const { shell = ['/bin/bash', '/usr/bin/bash', '/bin/sh'].find((path) => existsSync(path)) ?? 'sh' } = options
  const { maxOutputBytes = 24_000, graceMs = 2_000, keep = [] } = options
  const env = { ...withoutSecrets(environment, keep), ...unattended }
  const names = Object.keys(secrets)
  const namedIn = (command: string): string[] =>
    names.filter((name) => new RegExp(`\\$(?:${name}\\b|\\{${name}\\b)`).test(command))

  return createTool({
    name: 'run_command',
    description: [
      'Runs a shell command in the workspace, without a terminal, and gives its exit code and output. Processes it leaves in the background end with it.',
      ...(names.length === 0
        ? []
        : [`Secrets that it may use, and nobody reads: ${names.map((name) => `$${name}`).join(', ')}.`]),
    ].join(' '),
    input: forgiving(
      z.object({
        command: z
          .string()
          .trim()
          .min(1)
          .max(50_000)
          .refine((command) => !command.includes('\0'), 'holds a NUL character'),
        folder: pathSchema.default('.'),
        timeoutMs: z.coerce.number().int().min(100).max(longestTimeoutMs).default(defaultTimeoutMs),
      }),
      {
        aliases: {
          command: ['cmd', 'shell', 'script', 'content'],
          folder: ['cwd', 'workdir', 'directory'],
          timeoutMs: ['timeout_ms', 'timeout'],
        },
        text: 'command',
      },
    ),
    effect: 'execute',
    // The command's own time counts; silence is no sign of trouble.
    timeoutMs: longestTimeoutMs + 60_000,
    async assess({ command, folder }): Promise<Assessment> {
      try {
        const { relative } = await workspace.locate(folder)
        const { level, reasons, grant } = assessCommand(command, { root: workspace.root, folder: relative })
        const place = relative === '.' ? '' : ` (in ${relative})`
        const apart = sandbox === undefined || runner?.() !== undefined ? [] : [`in a sandbox: ${sandbox.promise}`]
        const used = namedIn(command)
        if (used.length > 0)
          return {
            risk: { level: 'high', reasons: [`uses the secret ${used.join(', ')}`, ...reasons, ...apart] },
          }
        return { risk: { level, reasons: [...reasons, ...apart] }, grant: `run_command: ${grant}${place}` }
      } catch (error) {
        return refusal(error)
      }
    },
    async run({ command, folder, timeoutMs }, context) {
      const found = await workspace.locate(folder)
      if (found.kind !== 'folder')
        throw new ToolError(`Cannot run in "${folder}": there is no such folder`, { kind: 'invalid' })
      context.signal.throwIfAborted()
      const cwd = join(workspace.root, found.relative)
      const elsewhere = runner?.()
      if (elsewhere !== undefined) return elsewhere({ command, folder: cwd, timeoutMs, maxOutputBytes }, context)
      const place = { workspace: workspace.root, folder: cwd }
      const { file, parameters } = sandbox?.wrap([shell, '-c', command], place) ?? plain(shell, command)
      const child = spawn(file, parameters, {
        cwd,
        env: { ...env, ...Object.fromEntries(namedIn(command).map((name) => [name, secrets[name]])) },
        stdio: ['ignore', 'pipe', 'pipe'],
        // A group of its own, so that what it started can be ended with it.
        detached: process.platform !== 'win32',
        windowsHide: true,
      })
      return supervise(child, context, { timeoutMs, maxOutputBytes, graceMs })
    },
  })
}

function plain(shell: string, command: string): ReturnType<Sandbox['wrap']> {
  return { file: shell, parameters: ['-c', command] }
}

/** Keeps programs from waiting for somebody, or from drawing for a terminal. */
const unattended = { TERM: 'dumb', PAGER: 'cat', GIT_PAGER: 'cat', GIT_TERMINAL_PROMPT: '0' }

interface Limits {
  readonly timeoutMs: number
  readonly maxOutputBytes: number
  readonly graceMs: number
}

/** Waits for a command's end, ending it with all it started when its time is up or nobody waits any more. */
async function supervise(
  child: ChildProcess,
  context: ToolContext,
  { timeoutMs, maxOutputBytes, graceMs }: Limits,
): Promise<JsonValue> {
  const started = performance.now()
  const stdout = createBoundedText({ maxBytes: maxOutputBytes })
  const stderr = createBoundedText({ maxBytes: maxOutputBytes })
  const report = createReporter(context)
  child.stdout?.on('data', (chunk: Buffer) => collect(stdout, chunk, report))
  child.stderr?.on('data', (chunk: Buffer) => collect(stderr, chunk, report))

  const deadline = AbortSignal.timeout(timeoutMs)
  const stop = AbortSignal.any([context.signal, deadline])
  let force: NodeJS.Timeout | undefined
  const end = (): void => {
    endGroup(child, 'SIGTERM')
    force = setTimeout(() => endGroup(child, 'SIGKILL'), graceMs)
  }
  stop.addEventListener('abort', end, { once: true })
  if (stop.aborted) end()
  try {
    const { exitCode, signal } = await finished(child)
    const [out, error] = [stdout.read(), stderr.read()]
    context.signal.throwIfAborted()
    if (deadline.aborted) throw ended(`it took longer than ${timeoutMs / 1_000} s`, 'timeout', out.text, error.text)
    if (signal !== null) throw ended(`it was ended by ${signal}`, 'failed', out.text, error.text)
    return {
      exitCode,
      stdout: out.text,
      stderr: error.text,
      truncated: out.truncated || error.truncated,
      durationMs: Math.round(performance.now() - started),
    }
  } finally {
    stop.removeEventListener('abort', end)
    clearTimeout(force)
    // What it left in the background goes too.
    endGroup(child, 'SIGKILL')
  }
}

function collect(into: BoundedText, chunk: Buffer, report: (chunk: Buffer) => void): void {
  into.add(chunk)
  report(chunk)
}

/** How long what runs in the background may go on after the command, and how long silent pipes are listened to then. */
const afterwards = { backgroundMs: 100, silenceMs: 1_000 }

/** Resolves once the command has ended and its output was read. Nobody waits for what it left in the background. */
function finished(child: ChildProcess): Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    const timers: NodeJS.Timeout[] = []
    child.once('error', (cause) =>
      reject(new ToolError(`Cannot start the shell: ${cause.message}`, { kind: 'unavailable', cause })),
    )
    child.once('close', (exitCode, signal) => {
      for (const timer of timers) clearTimeout(timer)
      resolve({ exitCode, signal })
    })
    child.once('exit', () => {
      timers.push(setTimeout(() => endGroup(child, 'SIGKILL'), afterwards.backgroundMs))
      // Only a process that left the group can keep the pipes open for longer.
      const silence = setTimeout(() => {
        child.stdout?.destroy()
        child.stderr?.destroy()
      }, afterwards.silenceMs)
      timers.push(silence)
      child.stdout?.on('data', () => silence.refresh())
      child.stderr?.on('data', () => silence.refresh())
    })
  })
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    if (process.platform !== 'win32') process.kill(-child.pid, signal)
    else
      spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true }).once(
        'error',
        () => child.kill(signal),
      )
  } catch (error) {
    // No process of the group is left; any other reason is a fault.
    if (!(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM'))) throw error
  }
}

function ended(why: string, kind: 'timeout' | 'failed', stdout: string, stderr: string): ToolError {
  const tail = [stdout, stderr].filter((text) => text !== '').map((text) => text.slice(-1_500).toWellFormed())
  return new ToolError(`Cannot finish the command: ${why}`, {
    kind,
    hint: tail.length === 0 ? 'It printed nothing' : `It printed last:\n${tail.join('\n')}`,
  })
}

/** Tells what is printed, a few times a second, characters whole. */
function createReporter(context: ToolContext): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8')
  let last = Number.NEGATIVE_INFINITY
  let pending = ''
  return (chunk) => {
    pending = (pending + decoder.write(chunk)).slice(-2_000)
    if (performance.now() - last < 200) return
    last = performance.now()
    context.progress(pending.toWellFormed())
    pending = ''
  }
}
