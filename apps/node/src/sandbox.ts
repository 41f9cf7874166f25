/** What holds the commands of a node. */

import { findSandbox, type Sandbox, secretPlaces } from '@salp/agent/node'
import { type Logger, SalpError } from '@salp/core'
import type { Home } from './home.js'
import type { Settings } from './settings.js'

/**
 * Finds the sandbox that the settings ask for, and says which it is.
 *
 * @throws SalpError (`node/sandbox`) if there has to be one and none works here.
 */
export async function openSandbox(
  {
    home,
    environment,
    log,
  }: {
    readonly home: Pick<Home, 'path'>
    readonly environment: Readonly<Record<string, string | undefined>>
    readonly log: Logger
  },
  { agent: { sandbox: wanted, sandboxNetwork: network } }: Pick<Settings, 'agent'>,
): Promise<Sandbox | undefined> {
  if (wanted === 'off') return undefined
  const found = await findSandbox({ network, hide: [home.path, ...secretPlaces(environment.HOME)] })
  if (found === undefined && wanted === 'require') {
    const why = 'Cannot start: commands have to run in a sandbox, and bubblewrap does not work here'
    throw new SalpError('node/sandbox', `${why}. Install it, or set agent.sandbox to "auto"`)
  }
  log.info(found === undefined ? 'Commands run without a sandbox' : 'Commands run in a sandbox', {
    sandbox: found?.name,
  })
  return found
}
