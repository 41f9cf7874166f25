/** One port between a finished page in a sandboxed frame and its cartridge. */

/** What {@link connectPage} asks for. */
export interface ConnectPageDeps {
  /** Sandboxed with `allow-scripts` and nothing else, so that its origin is no one's. */
  readonly frame: HTMLIFrameElement
  /** Asks the cartridge. @param event - JSON, not trusted. */
  render(event: unknown): Promise<unknown>
}

/** What a page says over its port: an event, and a number to know the answer by. */
interface Asked {
  readonly id: number
  readonly event: unknown
}

/** Events of one page that may wait for their answers; more are refused. */
const maxWaiting = 100

/**
 * Hands a port to the page each time one is loaded in the frame: a message with the data `'cartridge'` and the port.
 *
 * The page posts `{ id, event }` and is answered `{ id, tree }`, or `{ id, error }` with a text.
 *
 * @returns How to cut the connection.
 */
export function connectPage({ frame, render }: ConnectPageDeps): () => void {
  let port: MessagePort | undefined
  const connect = (): void => {
    port?.close()
    const channel = new MessageChannel()
    port = channel.port1
    answerPort(channel.port1, render)
    // It has no origin that could be named; the sandbox sees to who can be in there.
    frame.contentWindow?.postMessage('cartridge', '*', [channel.port2])
  }
  frame.addEventListener('load', connect)
  return () => {
    frame.removeEventListener('load', connect)
    port?.close()
  }
}

/** Answers what a page asks over its port. */
export function answerPort(port: MessagePort, render: (event: unknown) => Promise<unknown>): void {
  let waiting = 0
  const answer = async ({ id, event }: Asked): Promise<void> => {
    waiting++
    try {
      port.postMessage({ id, tree: await render(event) })
    } catch (error) {
      port.postMessage({ id, error: error instanceof Error ? error.message : String(error) })
    } finally {
      waiting--
    }
  }
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (!isAsked(data)) return
    if (waiting < maxWaiting) void answer(data)
    else port.postMessage({ id: data.id, error: `Cannot take the event: ${maxWaiting} wait for an answer` })
  }
}

function isAsked(data: unknown): data is Asked {
  return typeof data === 'object' && data !== null && 'id' in data && typeof data.id === 'number' && 'event' in data
}
