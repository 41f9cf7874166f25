/** A home folder for one test. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type HomePaths, homePaths } from '../client/home.js'

/** A home folder that goes away when disposed. */
export interface TemporaryHome extends Disposable {
  readonly home: HomePaths
  /** Writes what a node leaves there while it runs. */
  announce(url: string, change?: { readonly pid?: number; readonly version?: string }): void
}

/** Makes the folder. */
export function temporaryHome(): TemporaryHome {
  const path = mkdtempSync(join(tmpdir(), 'salp cli '))
  const home = homePaths(path, {})
  return {
    home,
    announce(url, { pid = process.pid, version = '1.2.3' } = {}) {
      writeFileSync(home.token, 'secret\n', { mode: 0o600 })
      writeFileSync(home.node, JSON.stringify({ url, pid, version, startedAt: 0 }))
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}
