/** Governance: the one way to run a tool, in one fixed order of layers. */

import { type Clock, describeError, type Redactor } from '@salp/core'
import type { Outcome } from '../protocol.js'
import type { JsonValue, Tool, ToolContext } from '../tool.js'
import { type Approver, approval } from './approval.js'
import { type AuditLog, audit, type Sha256 } from './audit.js'
import { authority, authorityStill } from './authority.js'
import { type BreakerOptions, breaker } from './breaker.js'
import type { Capabilities } from './capability.js'
import { concurrency, createGate } from './concurrency.js'
import type { Hearing } from './heard.js'
import { compose, failure, type GovernedCall, type Layer } from './pipeline.js'
import { type PolicyDeps, policy } from './policy.js'
import { type RateLimitOptions, rateLimit } from './rate-limit.js'
import { runTool } from './run.js'
import type { SecondKey } from './second-key.js'
import { taint } from './taint.js'
import { type TimeoutDeps, timeout } from './timeout.js'
import { validation } from './validation.js'
import { type VerificationDeps, verification } from './verification.js'

/** What governance asks of the application. */
export interface GovernDeps {
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>
  readonly redactor: Redactor
  readonly approver: Approver
  readonly auditLog: Pick<AuditLog, 'append'>
  readonly timeoutMs: TimeoutDeps['timeoutMs']
  readonly policy: PolicyDeps
  /** Makes and judges what turns may do. @defaultValue every call may */
  readonly capabilities?: Capabilities | undefined
  /** What sessions have heard, so that words of strangers decide nothing. @defaultValue nobody looks */
  readonly hearing?: Hearing | undefined
  readonly looksTwice: VerificationDeps['looksTwice']
  /** Asks peers for the second key. @defaultValue nobody can be asked */
  readonly secondKey?: SecondKey | undefined
  /** Binds what a peer agrees to. */
  readonly sha256: Sha256
  /** Told of errors that no tool should throw. */
  onFault(tool: string, error: unknown): void
}

/** Limits; each has a default that suits one person's agent. */
export interface GovernOptions {
  /** @defaultValue `262_144` */
  readonly maxInputBytes?: number | undefined
  /** Characters of one text in an output. @defaultValue `32_000` */
  readonly maxTextLength?: number | undefined
  /** Calls at once. @defaultValue `8` */
  readonly maxConcurrent?: number | undefined
  /** @defaultValue 3 faults, 60 s */
  readonly breaker?: BreakerOptions | undefined
  /** Of each tool. @defaultValue 120 calls in 60 s */
  readonly rateLimit?: RateLimitOptions | undefined
}

/** One call to run. */
export interface CallRequest {
  readonly id: string
  readonly tool: Tool
  readonly input: unknown
  readonly context: ToolContext
  /** Told when the call begins to run, with the input that will be run. */
  onStart(input: JsonValue): void
  /** Told when the run has ended, before anybody looks at what it gave. */
  onEnd?(): void
}

/** Runs calls under governance. */
export interface Governor {
  /** Names of the layers, outermost first. */
  readonly layers: readonly string[]
  /** Runs one call. Never rejects: a stop of the turn is an outcome too. */
  run(request: CallRequest): Promise<Outcome>
}

/**
 * Creates the governor: audit and containment around validation → authority → policy → taint → breaker → rate limit → concurrency → approval → authority
 * again → verification
 * around timeout → run.
 *
 * A call waits for a person outside its time limit and without holding a place among those that run.
 */
export function govern(deps: GovernDeps, options: GovernOptions = {}): Governor {
  const { maxInputBytes = 262_144, maxTextLength = 32_000, maxConcurrent = 8 } = options
  const { capabilities } = deps
  const held = capabilities && { capabilities, paused: deps.policy.paused }
  const check = [validation({ maxInputBytes }), ...(held ? [authority(held)] : []), policy(deps.policy)]
  const layers: readonly Layer[] = [
    audit(deps.auditLog),
    containment(deps.onFault),
    ...check,
    ...(deps.hearing === undefined ? [] : [taint(deps.hearing)]),
    breaker(deps, options.breaker ?? { faults: 3, cooldownMs: 60_000 }),
    rateLimit(deps, options.rateLimit ?? { calls: 120, windowMs: 60_000 }),
    concurrency(createGate(maxConcurrent)),
    approval({ ...deps, reassess: (call, input) => reassess(check, call, input) }),
    ...(held ? [authorityStill(held)] : []),
    verification(deps),
    timeout(deps),
  ]
  const pass = compose(layers, runTool({ redactor: deps.redactor, maxTextLength, onFault: deps.onFault }))
  return {
    layers: layers.map(({ name }) => name),
    run: ({ onStart, onEnd, ...request }) => pass({ ...request, started: onStart, ended: () => onEnd?.() }),
  }
}

/** Turns a stop of the turn, and whatever a layer or a tool's assessment throws, into an outcome. */
function containment(onFault: GovernDeps['onFault']): Layer {
  return {
    name: 'containment',
    async apply(call, next) {
      try {
        return await next(call)
      } catch (error) {
        if (call.context.signal.aborted) return failure('cancelled', `${call.tool.name} was stopped`)
        onFault(call.tool.name, error)
        return failure('failed', `Cannot call ${call.tool.name}: ${describeError(error)}`)
      }
    },
  }
}

/** Checks an input that a person edited as if it came from the model; gives the call to run, or why not. */
async function reassess(check: readonly Layer[], call: GovernedCall, input: unknown): Promise<GovernedCall | string> {
  let edited: GovernedCall | undefined
  const outcome = await compose(check, async (checked) => {
    edited = checked
    return { status: 'ok', output: null }
  })({ ...call, input })
  return edited ?? (outcome.status === 'error' ? outcome.error.message : 'the edited input was refused')
}
