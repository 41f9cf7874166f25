/** A circuit breaker as plain data: whether to bother a slot that keeps failing. */

/** State of one circuit. Closed while `openUntil` is 0. */
export interface Circuit {
  /** Failures in a row. */
  readonly failures: number
  /** ms since the epoch; after it, one call may try. */
  readonly openUntil: number
  /** Whether that call is under way. */
  readonly probing: boolean
}

/** When a circuit opens, and for how long. */
export interface CircuitOptions {
  /** Failures in a row that open it. @defaultValue `3` */
  readonly failures?: number | undefined
  /** How long it stays open, in ms. @defaultValue `30_000` */
  readonly cooldownMs?: number | undefined
  /** The same after a failure that only a person can mend, such as a refused key. @defaultValue `600_000` */
  readonly unauthorizedCooldownMs?: number | undefined
}

/** A circuit that lets everything through. */
export const closedCircuit: Circuit = { failures: 0, openUntil: 0, probing: false }

/** Tells whether a call may pass now; the first one after the cooldown is the probe. */
export function passes(circuit: Circuit, now: number): boolean {
  return circuit.openUntil === 0 || (now >= circuit.openUntil && !circuit.probing)
}

/** The circuit once a call has passed. */
export function passed(circuit: Circuit): Circuit {
  return { ...circuit, probing: circuit.openUntil > 0 }
}

/** The circuit after a call that says nothing about the slot, such as one that was cancelled. */
export function released(circuit: Circuit): Circuit {
  return { ...circuit, probing: false }
}

/** The circuit after a failure. */
export function failed(
  circuit: Circuit,
  weight: 'opens' | 'counts',
  now: number,
  { failures = 3, cooldownMs = 30_000, unauthorizedCooldownMs = 600_000 }: CircuitOptions = {},
): Circuit {
  const count = circuit.failures + 1
  const cooldown = weight === 'opens' ? unauthorizedCooldownMs : cooldownMs
  const opens = weight === 'opens' || count >= failures
  return { failures: count, openUntil: opens ? now + cooldown : 0, probing: false }
}
