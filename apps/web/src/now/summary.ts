/** What goes on, in the groups and the words of a person. */

import type { Activity } from '@salp/agent'
import { plural } from '../format/quantity.js'

/** Activities by what they ask of a person. */
export interface ActivityGroups {
  /** Ended until a person acts. */
  readonly blocked: readonly Activity[]
  readonly running: readonly Activity[]
  /** Waits for its turn, or for its time. */
  readonly next: readonly Activity[]
}

/** Groups what goes on, each in the order given. What waits for a word still runs: it is asked about elsewhere. */
export function groupActivities(activities: readonly Activity[]): ActivityGroups {
  const of = (...states: Activity['state'][]) => activities.filter(({ state }) => states.includes(state))
  return { blocked: of('blocked'), running: of('running', 'waiting'), next: of('queued') }
}

/** `2 running, 1 waits for you`; `nothing goes on`. */
export function summarizeNow(running: number, waiting: number): string {
  const parts = [
    ...(running > 0 ? [`${running} running`] : []),
    ...(waiting > 0 ? [waiting === 1 ? '1 waits for you' : `${waiting} wait for you`] : []),
  ]
  return parts.length === 0 ? 'nothing goes on' : parts.join(', ')
}

/** What became of stopping everything. */
export function describeStop({ stopped, failed }: { stopped: number; failed: readonly string[] }): string {
  const done = stopped === 0 ? 'Nothing was running. ' : `${plural(stopped, 'thing')} stopped. `
  const left = failed.length === 0 ? '' : `Could not stop: ${failed.join(', ')}. `
  return `${done}${left}Salp is paused`
}

const channels: Readonly<Record<string, string>> = {
  studio: 'Studio',
  cli: 'the terminal',
  acp: 'an editor',
  mcp: 'another program (MCP)',
  a2a: 'another agent (A2A)',
  openai: 'another program',
  rpc: 'a script',
  task: 'a task',
}

/** Where something came from, such as `from an editor`. */
export function fromWhere(channel: string | undefined): string | undefined {
  return channel === undefined ? undefined : `from ${channels[channel] ?? channel}`
}
