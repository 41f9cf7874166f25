/** One turn from a request to its end, shown as the invocation asks for. */

import type { AgentEvent } from '@salp/agent'
import type { Api } from '../client/api.js'
import { turnEvents } from '../client/turn-events.js'
import { type Invocation, note } from '../invocation.js'
import { createTurnView } from '../render/turn-view.js'
import { createScreen } from '../terminal/screen.js'
import { createTerminalDesk, createUnattendedDesk, type Desk } from './desk.js'
import { type FollowedTurn, followTurn } from './follow-turn.js'

/** How a turn is taken. */
export interface TakeTurnOptions {
  readonly api: Api
  readonly desk: Desk
  /** Adds a last line about the turn. */
  readonly summary: boolean
  /** Called when a call was denied. */
  readonly onDenied?: (() => void) | undefined
}

/** Chooses who decides in this invocation. `yes`: low and medium risks are approved without asking. */
export function createDesk(invocation: Invocation, { yes }: { yes: boolean }): Desk {
  const { io, styles, terminal } = invocation
  if (terminal === undefined) return createUnattendedDesk({ yes, note: (line) => note(invocation, line) })
  return createTerminalDesk({ terminal, output: io.stderr, style: styles.stderr }, { yes })
}

/** Says something to the agent and follows the turn. */
export function takeTurn(
  invocation: Invocation,
  options: TakeTurnOptions,
  request: { readonly sessionId?: string | undefined; readonly text: string },
): Promise<FollowedTurn> {
  const { api, desk } = options
  const { clock } = invocation.io
  return follow(invocation, options, (signal) =>
    turnEvents({ api, clock }, { ...request, unattended: desk.unattended }, signal),
  )
}

/** Follows a turn: events as JSON lines for a program, in words for a person. */
export async function follow(
  invocation: Invocation,
  { api, desk, summary, onDenied }: TakeTurnOptions,
  begin: (signal: AbortSignal) => AsyncIterable<AgentEvent>,
): Promise<FollowedTurn> {
  const { io, json, styles, terminal, interrupts, signal, statusLine } = invocation
  const view = createTurnView({
    answer: io.stdout.isTTY === true ? styles.stdout : undefined,
    notes: styles.stderr,
    summary,
    now: io.clock.now,
  })
  const screen = createScreen(io.stdout, io.stderr, statusLine)
  const show = (event: AgentEvent): void => {
    if (isDenial(event)) onDenied?.()
    if (json) io.stdout.write(`${JSON.stringify(event)}\n`)
    else screen.show(view.show(event))
  }
  try {
    return await followTurn(
      { api, desk, interrupts, signal, terminal, show, note: (line) => note(invocation, line) },
      begin,
    )
  } finally {
    statusLine.clear()
  }
}

function isDenial(event: AgentEvent): boolean {
  return (
    event.name === 'call:finished' &&
    event.data.outcome.status === 'error' &&
    event.data.outcome.error.kind === 'denied'
  )
}
