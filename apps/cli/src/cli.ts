/** The program: its commands, and how whatever happens becomes an exit code. */

import { describeError, SalpError } from '@salp/core'
import { Command, CommanderError } from 'commander'
import { CancelledError } from './cli-errors.js'
import { homePaths } from './client/home.js'
import { a2aCommand } from './commands/a2a.js'
import { abCommand } from './commands/ab.js'
import { acpCommand } from './commands/acp.js'
import type { ToAction } from './commands/action.js'
import { askCommand } from './commands/ask.js'
import { auditCommand } from './commands/audit.js'
import { benchCommand } from './commands/bench.js'
import { cartridgeCommand } from './commands/cartridge.js'
import { chatCommand } from './commands/chat.js'
import { cognitionCommand } from './commands/cognition.js'
import { configCommand } from './commands/config.js'
import { contextCommand } from './commands/context.js'
import { doctorCommand } from './commands/doctor.js'
import { evalCommand } from './commands/eval.js'
import { gatewayCommand } from './commands/gateway.js'
import { mcpCommand } from './commands/mcp.js'
import { memoryCommand } from './commands/memory.js'
import { modelsCommand } from './commands/models.js'
import { payCommand } from './commands/pay.js'
import { policyCommand } from './commands/policy.js'
import { briefingCommand, routinesCommand } from './commands/routines.js'
import { rpcCommand } from './commands/rpc.js'
import { runCommand } from './commands/run.js'
import { sessionsCommand } from './commands/sessions.js'
import { statusCommand } from './commands/status.js'
import { synthCommand } from './commands/synth.js'
import { tasksCommand } from './commands/tasks.js'
import { undoCommand } from './commands/undo.js'
import { versionCommand } from './commands/version.js'
import { walletCommand } from './commands/wallet.js'
import { exitCodes } from './exit-codes.js'
import type { Invocation } from './invocation.js'
import type { Io } from './io.js'
import { createStyle, type Style, wantsColor } from './render/style.js'
import { createInterrupts } from './terminal/interrupts.js'
import { createStatusLine } from './terminal/screen.js'
import { createTerminal } from './terminal/terminal.js'

/** Options that every command takes. */
interface GlobalOptions {
  readonly home?: string
  readonly json?: true
  readonly color: boolean
}

/**
 * Runs one command.
 *
 * @param words - Command line, without the program.
 * @returns The exit code, when everything the command started has ended.
 */
export async function runCli(words: readonly string[], io: Io): Promise<number> {
  const leaving = new AbortController()
  const leave =
    (exitCode: number, message = '') =>
    (): void =>
      leaving.abort(new CancelledError(message, exitCode))
  const interrupts = createInterrupts(leave(exitCodes.cancelled, 'Cancelled'))
  const releases = [
    io.onSignal('SIGINT', interrupts.raise),
    io.onSignal('SIGTERM', leave(143)),
    io.onSignal('SIGHUP', leave(129)),
  ]
  let exitCode: number = exitCodes.done
  const toAction: ToAction = (work) =>
    async function (...args) {
      const invocation = createInvocation(io, this.optsWithGlobals<GlobalOptions>(), {
        interrupts,
        signal: leaving.signal,
      })
      exitCode = (await work(invocation, ...args)) ?? exitCodes.done
    }
  try {
    await createProgram(io, toAction).parseAsync([...words], { from: 'user' })
    return exitCode
  } catch (error) {
    return report(error, io, words)
  } finally {
    for (const release of releases) release()
  }
}

function createProgram(io: Io, toAction: ToAction): Command {
  const program = new Command('salp')
    .description('An agent of your own: run it, talk to it, look after it.')
    .option('--home <folder>', 'home folder of the agent (default: SALP_HOME or ~/.salp)')
    .option('--json', 'print JSON, for scripts')
    .option('--no-color', 'print without colours; so does NO_COLOR')
    .version(io.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'help for a command')
    .addHelpText(
      'after',
      `
Commands use the agent that runs on the home folder; when none does, they start one for as long as they need it.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 home or port taken, 4 stopped by a limit, 130 cancelled.
`,
    )
  const commands = [
    runCommand,
    chatCommand,
    askCommand,
    doctorCommand,
    statusCommand,
    configCommand,
    memoryCommand,
    tasksCommand,
    routinesCommand,
    briefingCommand,
    sessionsCommand,
    contextCommand,
    auditCommand,
    policyCommand,
    undoCommand,
    acpCommand,
    mcpCommand,
    a2aCommand,
    rpcCommand,
    walletCommand,
    payCommand,
    gatewayCommand,
    cartridgeCommand,
    modelsCommand,
    cognitionCommand,
    synthCommand,
    benchCommand,
    abCommand,
    evalCommand,
    versionCommand,
  ]
  for (const create of commands) program.addCommand(create(toAction))
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands: inner }) => inner)]) {
    command
      .exitOverride()
      .showHelpAfterError(`(see "${commandPath(command)} --help")`)
      .configureHelp({ showGlobalOptions: command !== program })
      .configureOutput({
        writeOut: (text) => void io.stdout.write(text),
        writeErr: (text) => void io.stderr.write(text),
        outputError: (text, write) => write(withoutStrays(text)),
        getOutHelpWidth: () => io.stdout.columns ?? 80,
        getErrHelpWidth: () => io.stderr.columns ?? 80,
        getOutHasColors: () => false,
        getErrHasColors: () => false,
      })
  }
  return program
}

/** Takes words out of a complaint that no command asked for: one may be a passphrase, or a recovery phrase. */
function withoutStrays(complaint: string): string {
  return complaint.replace(/( but got \d+): .*\.$/ms, '$1.').replace(/(unknown option '[^'=]+)=.*'/s, "$1'")
}

function commandPath(command: Command): string {
  return command.parent === null ? command.name() : `${commandPath(command.parent)} ${command.name()}`
}

function createInvocation(
  io: Io,
  { home, json, color }: GlobalOptions,
  shared: Pick<Invocation, 'interrupts' | 'signal'>,
): Invocation {
  const styleOf = (output: Io['stdout']): Style =>
    createStyle({
      color: wantsColor({ environment: io.environment, terminal: output.isTTY === true, flag: color }),
      columns: output.columns,
    })
  // Asked for anew each time: windows change their size.
  const styles = {
    get stdout() {
      return styleOf(io.stdout)
    },
    get stderr() {
      return styleOf(io.stderr)
    },
  }
  const present = io.stdin.isTTY === true && io.stderr.isTTY === true && !json
  return {
    ...shared,
    io,
    json: json === true,
    styles,
    home: homePaths(home, io.environment),
    terminal: present ? createTerminal(io.stdin, io.stderr) : undefined,
    statusLine: createStatusLine(json ? undefined : io.stderr, styles.stderr),
  }
}

/** Says what went wrong, and gives the exit code for it. */
function report(error: unknown, io: Io, words: readonly string[]): number {
  // Commander has said it already; help and the version are no failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  const cancelled = error instanceof CancelledError
  const code = SalpError.is(error) ? error.code : 'cli/fault'
  const message = describeError(error)
  const text = words.includes('--json') ? JSON.stringify({ error: { code, message } }) : `salp: ${message}`
  if (!(cancelled && error.message === '')) io.stderr.write(`${text}\n`)
  if (cancelled) return error.exitCode
  return codesOf[code] ?? exitCodes.failed
}

/** Errors that a script can tell apart by the exit code. */
const codesOf: Readonly<Record<string, number>> = {
  'cli/usage': exitCodes.usage,
  'cli/node-taken': exitCodes.taken,
  'cli/port-taken': exitCodes.taken,
  'cli/payment-unsettled': exitCodes.unsettled,
}
