/** Decides by code what may run, what a person is asked about, and what is refused. */

import { z } from 'zod'
import { type Effect, effectSchema, type Risk } from '../protocol.js'
import type { Assessment, Tool } from '../tool.js'
import { failure, type Layer, type Tier } from './pipeline.js'

/** One rule of an operator. The first that fits decides. */
export const policyRuleSchema = z.object({
  /** Name of a tool; `*` stands for any run of characters. */
  tool: z.string().optional(),
  effect: effectSchema.optional(),
  /** Fits calls of this risk or less. */
  upToRisk: z.enum(['low', 'medium', 'high']).optional(),
  tier: z.enum(['allow', 'ask', 'deny']),
})

/** One rule of an operator. */
export type PolicyRule = z.infer<typeof policyRuleSchema>

/** What the agent may do without asking, by effect. */
export const defaultTiers: Readonly<Record<Effect, Tier>> = {
  none: 'allow',
  read: 'allow',
  self: 'allow',
  write: 'ask',
  execute: 'ask',
  network: 'ask',
}

const riskOrder = { low: 0, medium: 1, high: 2 } as const

/**
 * Decides the tier of one call.
 *
 * A rule beats the default of the effect; whatever they say, high risk and a tool's own wish are asked about, and a
 * refusal of the tool stands. `shift` 1 asks about every write, even one that a rule allows.
 */
export function decideTier(
  tool: Pick<Tool, 'name' | 'effect'>,
  assessment: Assessment,
  { rules, shift }: { rules: readonly PolicyRule[]; shift: 0 | 1 },
): Tier {
  if (assessment.refuse !== undefined) return 'deny'
  const rule = rules.find((candidate) => fits(candidate, tool, assessment.risk))
  const tier = rule?.tier ?? defaultTiers[tool.effect]
  if (tier !== 'allow') return tier
  const writes = tool.effect === 'write' || tool.effect === 'execute'
  return assessment.risk.level === 'high' || assessment.ask === true || (shift === 1 && writes) ? 'ask' : 'allow'
}

function fits(rule: PolicyRule, tool: Pick<Tool, 'name' | 'effect'>, risk: Risk): boolean {
  const names = rule.tool === undefined || pattern(rule.tool).test(tool.name)
  const effect = rule.effect === undefined || rule.effect === tool.effect
  return names && effect && (rule.upToRisk === undefined || riskOrder[risk.level] <= riskOrder[rule.upToRisk])
}

/** `RegExp.escape` is missing before Node 24. */
function pattern(glob: string): RegExp {
  return new RegExp(`^${glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`)
}

/** What policy asks of its surroundings at the moment of a call. */
export interface PolicyDeps {
  readonly rules: readonly PolicyRule[]
  /** How careful the substrate wants to be in a turn now. */
  approvalShift(turnId: string): 0 | 1
  /** Why nothing may run now, when an operator has paused the agent. */
  paused(): string | undefined
}

/** Applies {@link decideTier}. */
export function policy({ rules, approvalShift, paused }: PolicyDeps): Layer {
  return {
    name: 'policy',
    async apply(call, next) {
      const reason = paused()
      if (reason !== undefined)
        return failure('denied', `Cannot call ${call.tool.name}: the agent is paused (${reason})`)
      const assessment = call.assessment ?? { risk: { level: 'high', reasons: ['not assessed'] } }
      const tier = decideTier(call.tool, assessment, { rules, shift: approvalShift(call.context.turnId) })
      if (tier === 'deny') {
        return failure(
          'denied',
          `Cannot call ${call.tool.name}: ${assessment.refuse ?? 'a rule of the operator forbids it'}`,
        )
      }
      return next({ ...call, tier })
    },
  }
}
