/** A conversation in the terminal, or line by line from standard input. */

import { createInterface } from 'node:readline'
import type { SessionSummary } from '@salp/agent'
import { SalpError } from '@salp/core'
import { CancelledError } from '../cli-errors.js'
import type { Api } from '../client/api.js'
import { runningTurnEvents } from '../client/turn-events.js'
import { exitCodes, turnExitCodes } from '../exit-codes.js'
import { type Invocation, note } from '../invocation.js'
import { renderFields } from '../render/fields.js'
import { renderSessions, renderTranscript } from '../render/sessions.js'
import { oneLine } from '../render/visible.js'
import { readHistory, writeHistory } from '../terminal/history.js'
import type { Reply, Terminal } from '../terminal/terminal.js'
import type { FollowedTurn } from '../turn/follow-turn.js'
import { createDesk, follow, type TakeTurnOptions, takeTurn } from '../turn/take-turn.js'
import { chatCommands, completeChatLine, parseChatLine } from './chat-command.js'

/** How to chat. */
export interface ChatOptions {
  readonly api: Api
  /** The conversation to go on with. */
  readonly sessionId: string | undefined
  readonly yes: boolean
}

/** Conversations that `/sessions` shows. */
const shownSessions = 10

/** Chats until the person leaves or the input ends. */
export function chat(invocation: Invocation, options: ChatOptions): Promise<number> {
  const { terminal } = invocation
  return terminal === undefined ? chatByLines(invocation, options) : chatAtTerminal(invocation, terminal, options)
}

/** Takes each line of standard input as a turn. Ends with the code of the first that did not complete. */
async function chatByLines(invocation: Invocation, { api, sessionId, yes }: ChatOptions): Promise<number> {
  const desk = createDesk(invocation, { yes })
  let session = sessionId
  for await (const text of createInterface({ input: invocation.io.stdin })) {
    if (text.trim() === '') continue
    const turn = await takeTurn(invocation, { api, desk, summary: false }, { sessionId: session, text })
    session = turn.sessionId
    if (turn.end?.status !== 'completed')
      return turn.end === undefined ? exitCodes.failed : turnExitCodes[turn.end.status]
  }
  return exitCodes.done
}

async function chatAtTerminal(
  invocation: Invocation,
  terminal: Terminal,
  { api, sessionId, yes }: ChatOptions,
): Promise<number> {
  const { io, home, styles, signal } = invocation
  const { paint } = styles.stderr
  const turnOptions: TakeTurnOptions = { api, desk: createDesk(invocation, { yes }), summary: true }
  const history = readHistory(home.history)
  let session = sessionId
  let listed: readonly SessionSummary[] = []
  let typed = ''
  const say = (text: string): void => note(invocation, text)

  const keep = (turn: FollowedTurn): void => {
    session = turn.sessionId ?? session
    typed = turn.typed
  }
  /** Shows where a conversation stands, and takes part in what runs in it. */
  const open = async (id: string): Promise<void> => {
    const found = await api.session(id)
    session = id
    say(paint.dim(`Going on with "${oneLine(found.session.title, 60)}"`))
    const last = renderTranscript(found.messages.slice(-2), styles.stdout)
    if (last !== '') io.stdout.write(`${last}\n\n`)
    if (!found.session.active) return
    say(paint.yellow('A turn runs in it; Ctrl-C stops it'))
    keep(await follow(invocation, turnOptions, (leaving) => runningTurnEvents({ api }, id, leaving)))
  }
  const openListed = (which: string): Promise<void> => open(listed[Number(which) - 1]?.id ?? which)
  const list = async (): Promise<void> => {
    listed = (await api.sessions(shownSessions)).sessions
    const lines = listed.map(
      (one, index) => `${paint.bold(String(index + 1))} ${renderSessions([one], styles.stderr, io.clock.now())}`,
    )
    say(lines.join('\n') || 'No conversations yet')
  }
  const stop = async (): Promise<void> => {
    const { stopped } = session === undefined ? { stopped: false } : await api.stop(session)
    say(stopped ? 'Stopped' : 'Nothing runs here')
  }
  /** Does what a line says. @returns Whether to go on. */
  const act = async (text: string): Promise<boolean> => {
    const line = parseChatLine(text)
    switch (line.type) {
      case 'say':
        keep(await takeTurn(invocation, turnOptions, { sessionId: session, text: line.text }))
        return true
      case 'quit':
        return false
      case 'new':
        session = undefined
        say(paint.dim('A new conversation'))
        return true
      case 'help':
        say(renderFields(chatCommands, styles.stderr))
        return true
      case 'sessions':
        await list()
        return true
      case 'open':
        await openListed(line.which)
        return true
      case 'stop':
        await stop()
        return true
      case 'unknown':
        say(paint.yellow(line.message))
        return true
      case 'nothing':
        return true
    }
  }
  const passed = new Set<string>()
  /** Puts what work that is done alone asks in this conversation; what a person passes over is not put again. */
  const settle = async (): Promise<void> => {
    const { questions } = await api.questions()
    for (const question of questions) {
      const { id, sessionId: where, turnId, callId } = question
      if (where !== session || turnId !== callId || passed.has(id)) continue
      passed.add(id)
      const answer = await turnOptions.desk.answer(question, signal)
      if (answer !== undefined) await api.answer(id, answer)
    }
  }
  const prompt = (): Promise<Reply> => {
    const initial = typed
    typed = ''
    return terminal.ask(`${paint.bold(paint.cyan('›'))} `, { signal, initial, history, complete: completeChatLine })
  }

  await greet(invocation, api)
  let interrupted = false
  try {
    if (session !== undefined) await open(session)
    for (;;) {
      await actSafely(invocation, async () => {
        await settle()
        return true
      })
      const reply = await prompt()
      signal.throwIfAborted()
      if (reply.type === 'ended') return exitCodes.done
      if (reply.type === 'interrupted') {
        if (interrupted) return exitCodes.done
        interrupted = true
        say(paint.dim('Ctrl-C once more, or Ctrl-D, leaves'))
        continue
      }
      interrupted = false
      if (!(await actSafely(invocation, () => act(reply.text)))) return exitCodes.done
    }
  } finally {
    writeHistory(home.history, history)
  }
}

/** A failed request ends neither the conversation nor the program. */
async function actSafely(invocation: Invocation, act: () => Promise<boolean>): Promise<boolean> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof CancelledError || !SalpError.is(error)) throw error
    note(invocation, invocation.styles.stderr.paint.red(error.message))
    return true
  }
}

async function greet(invocation: Invocation, api: Api): Promise<void> {
  const { paint } = invocation.styles.stderr
  const { model, workspace, version } = await api.status()
  note(invocation, `${paint.bold('Salp')} ${version} · ${oneLine(model.name, 60)} · ${oneLine(workspace, 100)}`)
  if (model.reflex)
    note(
      invocation,
      paint.yellow('Rules answer: no language model is connected. "salp doctor" tells how to connect one'),
    )
  note(invocation, paint.dim('/help shows commands, Ctrl-C stops a turn, Ctrl-D leaves\n'))
}
