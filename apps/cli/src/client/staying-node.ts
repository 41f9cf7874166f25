/** The node that runs on the home folder. None is started for a command: what it would do ends with it. */

import { NodeMissingError } from '../cli-errors.js'
import type { Invocation } from '../invocation.js'
import type { Api } from './api.js'
import { findRunning } from './connect.js'

/** Works with the node that runs. @throws {@link NodeMissingError} (`cli/node-missing`) if none does. */
export async function withStayingNode<T>(
  { io, home, signal }: Pick<Invocation, 'io' | 'home' | 'signal'>,
  work: (api: Api) => Promise<T>,
): Promise<T> {
  const running = await findRunning(io, home, signal)
  if (running === undefined) throw new NodeMissingError(home.path)
  return work(running.api)
}
