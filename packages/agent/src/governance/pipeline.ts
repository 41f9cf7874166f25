/** A governed call and the layers it passes through. */

import type { FailureKind, Outcome } from '../protocol.js'
import type { Assessment, JsonValue, Tool, ToolContext } from '../tool.js'

/** What policy decided: run it, ask a person first, ask the person and a peer, or refuse. */
export type Tier = 'allow' | 'ask' | 'deny' | 'two-key'

/** One call on its way through the layers. Layers hand on a copy with what they found. */
export interface GovernedCall {
  readonly id: string
  readonly tool: Tool
  /** As the model gave it; parsed once the call passed validation. */
  readonly input: unknown
  readonly context: ToolContext
  /** What the tool says of this input; present after validation. */
  readonly assessment?: Assessment | undefined
  /** Present after policy. */
  readonly tier?: Tier | undefined
  /** Who has to agree beside the person; present after policy, for tier `two-key`. */
  readonly secondKey?: string | undefined
  /** Why words of strangers may have decided it; present after taint, where they may. */
  readonly taint?: string | undefined
  /** Releases the call's place while it waits for a person, and takes it again; present after concurrency. */
  readonly place?: { release(): void; take(signal: AbortSignal): Promise<void> } | undefined
  /** Tells that the call begins to run, with the input that will be run. */
  started(input: JsonValue): void
  /** Tells that the run has ended, before anybody looks at what it gave. */
  ended(): void
}

/** The rest of the way. */
export type Next = (call: GovernedCall) => Promise<Outcome>

/** One concern. It may answer by itself, change what is handed on, or look at what comes back. */
export interface Layer {
  readonly name: string
  apply(call: GovernedCall, next: Next): Promise<Outcome>
}

/** Joins layers, the first outermost, around `run`. */
export function compose(layers: readonly Layer[], run: Next): Next {
  return layers.reduceRight<Next>((next, layer) => (call) => layer.apply(call, next), run)
}

/** The outcome of a call that gave no result. */
export function failure(kind: FailureKind, message: string, hint?: string): Outcome {
  return { status: 'error', error: { kind, message, ...(hint !== undefined && { hint }) } }
}
