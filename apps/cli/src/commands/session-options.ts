/** Which conversation a command goes on with. */

import { type Command, Option } from 'commander'
import { UsageError } from '../cli-errors.js'
import type { Api } from '../client/api.js'

/** Options of commands that talk. */
export interface SessionOptions {
  readonly session?: string | undefined
  readonly last?: true | undefined
}

/** Adds `--session` and `--last`. */
export function addSessionOptions(command: Command): Command {
  return command
    .option('-s, --session <id>', 'go on with this conversation')
    .addOption(new Option('-l, --last', 'go on with the last one').conflicts('session'))
}

/** Finds the conversation; nothing means a new one. */
export async function chooseSession(api: Api, { session, last }: SessionOptions): Promise<string | undefined> {
  if (session !== undefined) return (await api.session(session)).session.id
  if (!last) return undefined
  const [newest] = (await api.sessions(1)).sessions
  if (newest === undefined) throw new UsageError('There is no conversation to go on with. Begin one without --last')
  return newest.id
}
