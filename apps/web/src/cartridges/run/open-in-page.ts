/** Runs a cartridge in this page: in a worker of its own, with keys and values that this browser keeps. */

import type { Capability, Kind, Language } from '@salp/cartridge'
import { openIndexedKvStore, openWorkerCartridge, type WorkerCartridge } from '@salp/cartridge/browser'
import { memoryKvStore } from '@salp/cartridge/host'

/** What is run. */
export interface PageProgram {
  readonly id: string
  readonly kind: Kind
  readonly capabilities: readonly Capability[]
  readonly language: Language
  /** A module, or the text of a script. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Opens what this browser keeps of a cartridge; where it keeps nothing, a store that lasts as long as the page. */
export async function openPageKv(id: string): Promise<Awaited<ReturnType<typeof openIndexedKvStore>>> {
  try {
    const onError = (error: unknown) => console.warn(`This browser does not keep what "${id}" writes`, error)
    return await openIndexedKvStore({ indexedDB, IDBKeyRange, onError }, [id])
  } catch {
    return { ...memoryKvStore(), settled: () => Promise.resolve(), close: () => undefined }
  }
}

/**
 * Starts a cartridge.
 *
 * @param log - Takes lines of its log. Level 0 debug, 1 info, 2 warn, 3 and more error.
 * @throws The signal's reason if it aborts; what `openWorkerCartridge` throws.
 */
export async function openInPage(
  { id, kind, language, capabilities, bytes }: PageProgram,
  { signal, log }: { signal: AbortSignal; log: (level: number, text: string) => void },
): Promise<WorkerCartridge> {
  const kv = await openPageKv(id)
  signal.addEventListener('abort', () => kv.close())
  signal.throwIfAborted()
  const cartridge = await openWorkerCartridge(
    {
      spawn: () => new Worker(new URL('./cartridge.worker.ts', import.meta.url), { type: 'module' }),
      clock: { sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
      kv,
      log,
    },
    // What it may call stays on the node: a call of another is answered as one that is not there.
    {
      id,
      kind,
      capabilities,
      ...(language === 'script' ? { script: new TextDecoder().decode(bytes) } : { wasm: bytes }),
    },
  )
  if (signal.aborted) cartridge.close()
  signal.throwIfAborted()
  signal.addEventListener('abort', () => cartridge.close())
  return cartridge
}

/** The page's frames, as long as an element can be seen: what is scrolled out of sight stands still. */
export function framesOf(element: Element, signal: AbortSignal): (then: (ms: number) => void) => () => void {
  let seen = true
  let held: ((ms: number) => void) | undefined
  let request = 0
  const observer = new IntersectionObserver((entries) => {
    seen = entries.at(-1)?.isIntersecting ?? true
    if (seen && held !== undefined) request = requestAnimationFrame(held)
    if (seen) held = undefined
  })
  observer.observe(element)
  signal.addEventListener('abort', () => observer.disconnect())
  return (then) => {
    if (seen) request = requestAnimationFrame(then)
    else held = then
    return () => {
      held = undefined
      cancelAnimationFrame(request)
    }
  }
}
