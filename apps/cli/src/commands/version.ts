/** `salp version`. */

import { Command } from 'commander'
import { print } from '../invocation.js'
import type { ToAction } from './action.js'

/** Creates the command. */
export function versionCommand(toAction: ToAction): Command {
  return new Command('version').description('versions of Salp and of Node.js').action(
    toAction(async (invocation) => {
      const versions = {
        salp: invocation.io.version,
        node: process.versions.node,
        platform: `${process.platform}-${process.arch}`,
      }
      print(invocation, versions, ({ salp, node, platform }) => `salp ${salp} (Node.js ${node}, ${platform})`)
    }),
  )
}
