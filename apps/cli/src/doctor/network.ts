/** Checks how far commands and calls reach. */

import { findSandbox } from '@salp/agent/node'
import type { Check } from './check.js'
import type { DoctorSettings } from './settings.js'

/** Gives the check. `find`: tries a sandbox. */
export function networkCheck(
  { agent: { airGap, sandbox } }: Pick<DoctorSettings, 'agent'>,
  find: typeof findSandbox = findSandbox,
): Check {
  return {
    id: 'network',
    title: 'Network',
    async find() {
      const held = sandbox === 'off' ? undefined : await find({ network: !airGap, hide: [] })
      const commands = held === undefined ? 'commands run without a sandbox' : `commands run in ${held.name}`
      if (!airGap) return { status: 'pass', detail: `may be used; ${commands}` }
      if (held !== undefined)
        return { status: 'pass', detail: `kept off, by agent.airGap; ${commands} without network` }
      const fix = 'Install bubblewrap and set agent.sandbox to "auto", if commands are needed'
      return { status: 'warn', detail: 'kept off, by agent.airGap; commands are refused, since no sandbox works', fix }
    },
  }
}
