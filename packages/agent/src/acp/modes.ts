/** How much a session asks of the person: what the editor offers as modes. */

import type { SessionConfigOption, SessionModeState } from '@agentclientprotocol/sdk/unstable'
import type { Approval, Decision } from '../protocol.js'

/** A mode. None allows what a rule of the operator forbids, and none approves high risk. */
export type ModeId = 'ask' | 'edits' | 'quiet'

const modes: Readonly<Record<ModeId, { readonly name: string; readonly description: string }>> = {
  ask: { name: 'Ask', description: 'Asks before it changes files, runs commands or uses the network' },
  edits: {
    name: 'Edit freely',
    description: 'Changes files of low and medium risk without asking; asks about everything else',
  },
  quiet: { name: 'Never ask', description: 'Refuses whatever it would have to ask about' },
}

const ids = ['ask', 'edits', 'quiet'] as const

/** Id of the option that clients without modes set. */
export const modeOption = 'mode'

/** Whether there is such a mode. */
export function isMode(id: string): id is ModeId {
  return (ids as readonly string[]).includes(id)
}

/** The modes, as `session/new` tells them. */
export function modeState(currentModeId: ModeId): SessionModeState {
  return { currentModeId, availableModes: ids.map((id) => ({ id, ...modes[id] })) }
}

/** The same as an option. */
export function modeOptions(currentValue: ModeId): SessionConfigOption[] {
  return [
    {
      id: modeOption,
      name: 'Asking',
      category: 'mode',
      type: 'select',
      currentValue,
      options: ids.map((value) => ({ value, ...modes[value] })),
    },
  ]
}

/** What a mode answers without the person; nothing where they are to be asked. */
export function answerByMode(mode: ModeId, { effect, risk }: Approval): Decision | undefined {
  if (mode === 'quiet') return { decision: 'deny', scope: 'once', reason: 'the editor is set to never ask' }
  if (mode === 'edits' && effect === 'write' && risk.level !== 'high') return { decision: 'approve', scope: 'once' }
  return undefined
}
