/** Holds every call to the token of its turn: when it is asked for, and again when it is about to run. */

import { unassessed } from './assessment.js'
import type { Capabilities } from './capability.js'
import { failure, type GovernedCall, type Layer } from './pipeline.js'

/** What decides. */
export interface AuthorityDeps {
  readonly capabilities: Capabilities
  /** Why nothing may run now, when an operator has paused the agent: every token ends then, for good. */
  paused(): string | undefined
}

/** Refuses what the token is not good for. */
export function authority(deps: AuthorityDeps): Layer {
  return {
    name: 'authority',
    async apply(call, next) {
      return refuse(deps, call) ?? next(call)
    },
  }
}

/** The same, after a wait for a person: much may have happened. Counts what is paid. */
export function authorityStill(deps: AuthorityDeps): Layer {
  return {
    name: 'authority-still',
    async apply(call, next) {
      const refused = refuse(deps, call)
      if (refused !== undefined) return refused
      const { capability } = call.context
      const amount = call.assessment?.spends ?? 0
      if (capability === undefined || amount === 0) return next(call)
      const giveBack = deps.capabilities.spend(capability, amount)
      const outcome = await next(call)
      // Nothing was bought where somebody said no. Of any other failure nobody knows whether money moved.
      if (outcome.status === 'error' && (outcome.error.kind === 'denied' || outcome.error.kind === 'invalid'))
        giveBack()
      return outcome
    },
  }
}

function refuse(
  { capabilities, paused }: AuthorityDeps,
  { tool, input, assessment = unassessed, context }: GovernedCall,
) {
  const reason = paused()
  if (reason !== undefined)
    capabilities.revokeAll(`the agent was paused (${reason}), which ended what its turns may do`)
  const { capability, turnId } = context
  const why = capabilities.refusal(capability, { tool, input, assessment, turnId })
  return why === undefined ? undefined : failure('denied', `Cannot call ${tool.name}: ${why}`, 'Go on without it')
}
