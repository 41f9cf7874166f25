/** The switch that lets nothing run: a file in the home folder, so that a person, a script or another process may set it. */

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Pause } from '@salp/agent'

/** Opens the switch at `path`; an empty file pauses too. */
export function openPause(path: string): Pause {
  return {
    reason: () => (existsSync(path) ? readFileSync(path, 'utf8').trim() || 'a pause file is there' : undefined),
    begin: (reason) => writeFileSync(path, reason, { mode: 0o600 }),
    end: () => rmSync(path, { force: true }),
  }
}
