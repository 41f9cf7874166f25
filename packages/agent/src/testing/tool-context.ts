/** A context for running a tool by hand. */

import type { ToolContext } from '../tool.js'

/** Creates a context; `progressed` keeps what the tool reported. */
export function toolContext({
  signal = new AbortController().signal,
}: {
  signal?: AbortSignal | undefined
} = {}): ToolContext & {
  readonly progressed: string[]
} {
  const progressed: string[] = []
  return {
    signal,
    callId: 'call-1',
    sessionId: 'session-1',
    turnId: 'turn-1',
    channel: 'test',
    request: '',
    progressed,
    progress: (text) => void progressed.push(text),
  }
}
