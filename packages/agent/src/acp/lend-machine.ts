/** Makes what an editor offers into a machine for tools. */

import { type AgentContext, type ClientCapabilities, methods } from '@agentclientprotocol/sdk/unstable'
import { type ToolContext, ToolError } from '../tool.js'
import type { ClientMachine, TerminalCommand, TerminalEnd } from './client-machine.js'

/** What lending asks of the connection. */
export interface LendDeps {
  readonly client: AgentContext
  readonly gone: AbortSignal
  /** Aborts after some time, in ms. */
  after(ms: number): { readonly signal: AbortSignal; cancel(): void }
  /** Told which terminal shows what a call puts out. */
  onTerminal(callId: string, terminalId: string): void
}

/** Lends a session what the client can do; nothing where it can do nothing. */
export function lendMachine(
  deps: LendDeps,
  sessionId: string,
  { fs, terminal }: Pick<ClientCapabilities, 'fs' | 'terminal'>,
): ClientMachine | undefined {
  const { client, gone } = deps
  if (fs?.readTextFile !== true && fs?.writeTextFile !== true && terminal !== true) return undefined
  return {
    gone,
    ...(fs?.readTextFile === true && {
      readText: async (path, cancellationSignal) =>
        (
          await client.request(
            methods.client.fs.readTextFile,
            { sessionId, path },
            { cancellationSignal, stopWaitingOnCancel: true },
          )
        ).content,
    }),
    ...(fs?.writeTextFile === true && {
      async writeText(path, content) {
        await client.request(methods.client.fs.writeTextFile, { sessionId, path, content })
      },
    }),
    ...(terminal === true && { run: (command, context) => runInTerminal(deps, sessionId, command, context) }),
  }
}

async function runInTerminal(
  { client, after, onTerminal }: LendDeps,
  sessionId: string,
  { command, folder, timeoutMs, maxOutputBytes }: TerminalCommand,
  { callId, signal }: ToolContext,
): Promise<TerminalEnd> {
  await using terminal = await client.createTerminal({
    sessionId,
    command: '/bin/sh',
    args: ['-c', command],
    cwd: folder,
    outputByteLimit: maxOutputBytes,
  })
  onTerminal(callId, terminal.id)
  const deadline = after(timeoutMs)
  const stop = AbortSignal.any([signal, deadline.signal])
  // The editor answers the wait once the command is dead; the wait rejects when the editor leaves.
  const kill = (): void => void terminal.kill().catch(() => undefined)
  stop.addEventListener('abort', kill, { once: true })
  if (stop.aborted) kill()
  try {
    const { exitCode = null, signal: endedBy = null } = await terminal.waitForExit()
    const { output, truncated } = await terminal.currentOutput()
    return { exitCode, signal: endedBy, output, truncated, timedOut: deadline.signal.aborted }
  } catch (cause) {
    signal.throwIfAborted()
    throw new ToolError('Cannot tell how the command ended: the editor that ran it is gone, or gave no answer', {
      kind: 'unavailable',
      cause,
    })
  } finally {
    deadline.cancel()
    stop.removeEventListener('abort', kill)
  }
}
