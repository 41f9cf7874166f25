/** Steering for any loop that calls tools: begin a turn, ask how to go on, run calls through it, end the turn. */

import type { Clock } from '@salp/core'
import type { CallOutcome } from './belief.js'
import type { RankedTool, Substrate, ToolOption } from './contract.js'
import { perceive } from './perception.js'
import type { Tier } from './precision.js'
import type { Controls, Stop, TurnStart } from './turn.js'

/** What steering asks of the loop. */
export interface SteerDeps {
  readonly substrate: Substrate
  readonly clock: Pick<Clock, 'monotonic'>
}

/** A turn that begins. */
export interface SteerOptions extends Omit<TurnStart, 'perception'> {
  /** What is asked for, in the person's words. */
  readonly request: string
  /** How long a call may take when nothing is known of its tool, in ms. Range (0, ∞). */
  readonly timeoutMs: number
  /** Makes a signal that aborts after so many ms. @defaultValue `AbortSignal.timeout` */
  readonly deadline?: ((ms: number) => AbortSignal) | undefined
}

/** One call of a tool. */
export interface SteeredCall<Result> {
  readonly callId: string
  readonly tool: string
  /** Makes the call. The signal aborts when its time is up, or with `signal`. */
  readonly run: (signal: AbortSignal) => Promise<Result>
  /** Says whether a result is right; asked only where the substrate finds a check worth its price. */
  readonly check?: ((result: Result) => Promise<boolean> | boolean) | undefined
  /** Says what kind of failure an error is, see `CallReport.errorKind`. @defaultValue the tool's failure */
  readonly errorKind?: ((error: unknown) => string | undefined) | undefined
  readonly situation?: string | undefined
  readonly tier?: Tier | undefined
  readonly alternatives?: readonly string[] | undefined
  readonly signal?: AbortSignal | undefined
}

/** How a call ended. */
export type SteeredResult<Result> =
  | { readonly status: 'ok'; readonly result: Result; readonly checked: boolean }
  /** A check found the result false. */
  | { readonly status: 'refuted'; readonly result: Result }
  | { readonly status: 'failed' | 'timeout'; readonly error: unknown }

/** What to do next. */
export type NextStep =
  | { readonly go: 'on'; readonly controls: Controls }
  /** Asking the person is worth more than another call. */
  | { readonly go: 'ask'; readonly controls: Controls }
  | { readonly go: 'stop'; readonly controls: Controls; readonly stop: Stop }

/** A turn under steering. */
export interface SteeredTurn {
  /** Says how to do the next step, or that there should be none. */
  next(): NextStep
  /** Tells that the person was asked. */
  asked(): void
  /** Ranks tools that could serve the same end, the best first. */
  rank(options: readonly ToolOption[], situation?: string | undefined): RankedTool[]
  /**
   * Makes a call within a time limit, checks its result if that is worth it, and learns from what became of it.
   *
   * @throws The reason of `signal` if it aborts; then the call counts for nothing.
   */
  call<Result>(call: SteeredCall<Result>): Promise<SteeredResult<Result>>
  /** Ends the turn; `right` says whether its result proved right, if that is known. */
  end(ending: {
    readonly status: 'completed' | 'stopped' | 'failed' | 'cancelled'
    readonly right?: boolean | undefined
  }): void
}

/**
 * Begins a turn and steers it.
 *
 * @throws RangeError if a budget or the time limit is not finite and positive.
 */
export function steer(
  { substrate, clock }: SteerDeps,
  { request, timeoutMs, deadline = (ms) => AbortSignal.timeout(ms), ...turn }: SteerOptions,
): SteeredTurn {
  const { turnId } = turn
  if (!(timeoutMs > 0 && Number.isFinite(timeoutMs)))
    throw new RangeError(`Cannot limit calls to ${timeoutMs} ms: expected a finite number above 0`)
  substrate.beginTurn({ ...turn, perception: perceive(request) })

  return {
    next() {
      const controls = substrate.controls({ turnId })
      if (controls.askHuman) return { go: 'ask', controls }
      return controls.stop === undefined ? { go: 'on', controls } : { go: 'stop', controls, stop: controls.stop }
    },
    asked: () => substrate.spend({ turnId, asked: true }),
    rank: (options, situation) => substrate.rank(options, { turnId, situation }),
    async call({ callId, tool, run, check, errorKind, signal, ...rest }) {
      const limit = deadline(substrate.timeoutMs(tool, timeoutMs))
      const started = clock.monotonic()
      const observe = (outcome: CallOutcome, kind?: string | undefined, checked = false): void => {
        const latencyMs = clock.monotonic() - started
        substrate.observe({ turnId, callId, tool, outcome, errorKind: kind, latencyMs, checked, ...rest })
      }
      let result: Awaited<ReturnType<typeof run>>
      try {
        result = await settled(run, signal === undefined ? limit : AbortSignal.any([limit, signal]))
      } catch (error) {
        if (signal?.aborted === true) {
          observe('cancelled')
          throw signal.reason
        }
        if (limit.aborted) {
          observe('timeout')
          return { status: 'timeout', error }
        }
        observe('error', errorKind?.(error))
        return { status: 'failed', error }
      }
      const checks = check !== undefined && substrate.isWorthChecking({ turnId, tool })
      if (checks && !(await check(result))) {
        observe('error', 'unverified')
        return { status: 'refuted', result }
      }
      observe('ok', undefined, checks)
      return { status: 'ok', result, checked: checks }
    },
    end: (ending) => substrate.endTurn({ turnId, ...ending }),
  }
}

/** Runs a call, and gives up on it when the signal aborts even if the call does not listen. */
async function settled<Result>(run: (signal: AbortSignal) => Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([run(signal), promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
