/** Decides by code what may run, what a person is asked about, and what is refused. */

import { z } from 'zod'
import { type Effect, effectSchema } from '../protocol.js'
import type { Assessment, Tool } from '../tool.js'
import { reachesNetwork } from '../tools/assess-command.js'
import { unassessed } from './assessment.js'
import { failure, type Layer, type Tier } from './pipeline.js'
import { fitsGlob, fitsInput, pathSchema, textPatternSchema } from './policy-match.js'
import { field } from './source.js'

const names = z.union([z.string(), z.array(z.string()).min(1)]).optional()

/** One rule of an operator. The first that fits decides. In names, `*` stands for any run of characters. */
export const policyRuleSchema = z
  .strictObject({
    /** Names of tools. */
    tool: names,
    effect: effectSchema.optional(),
    /** Fits calls of this risk or less. */
    upToRisk: z.enum(['low', 'medium', 'high']).optional(),
    /** Texts of the input by their paths: a pattern with `*`, or `matches` with a regular expression. All have to fit. */
    where: z.record(pathSchema, textPatternSchema).optional(),
    /** Surfaces that the turn came from, such as `studio`, `cli`, `acp`, `mcp`, `a2a`, `task`. */
    surface: names,
    /** Who speaks: `owner`, `peer` (another agent with the token) or `stranger`. */
    user: names,
    tier: z.enum(['allow', 'ask', 'deny', 'two-key']),
    /** Who has to agree beside the owner, by the name among the peers; for `two-key`. */
    peer: z.string().min(1).optional(),
    /** Told to whoever is asked or refused. */
    why: z.string().max(200).optional(),
  })
  .refine(({ tier, peer }) => (tier === 'two-key') === (peer !== undefined), {
    path: ['peer'],
    message: '"two-key" names a peer, and no other tier does',
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

/** What is decided about. */
export interface PolicyQuestion {
  readonly tool: Pick<Tool, 'name' | 'effect'>
  readonly input?: unknown
  readonly assessment: Assessment
  readonly surface?: string | undefined
  /** @defaultValue `owner` */
  readonly user?: string | undefined
}

/** What was decided, and by what. */
export interface Ruling {
  readonly tier: Tier
  /** Place of the rule that decided, from 0; absent where none fits. */
  readonly rule?: number | undefined
  readonly peer?: string | undefined
  /** A sentence for a person. */
  readonly why: string
}

/**
 * Decides the tier of one call.
 *
 * A rule beats the default of the effect; whatever they say, high risk and a tool's own wish are asked about, and a
 * refusal of the tool stands. `shift` 1 asks about every write, even one that a rule allows.
 */
export function decideTier(
  question: PolicyQuestion,
  { rules, shift }: { readonly rules: readonly PolicyRule[]; readonly shift: 0 | 1 },
): Ruling {
  const { tool, assessment } = question
  if (assessment.refuse !== undefined) return { tier: 'deny', why: assessment.refuse }
  const at = rules.findIndex((rule) => fits(rule, question))
  const rule = rules[at]
  const decided =
    rule === undefined
      ? {
          tier: defaultTiers[tool.effect],
          why: `tools of effect "${tool.effect}" are ${said[defaultTiers[tool.effect]]}`,
        }
      : { tier: rule.tier, rule: at, peer: rule.peer, why: rule.why ?? `a rule of the operator ${ruled[rule.tier]}` }
  if (decided.tier !== 'allow') return decided
  const writes = tool.effect === 'write' || tool.effect === 'execute'
  const ask = (why: string): Ruling => ({ ...decided, tier: 'ask', why })
  if (assessment.risk.level === 'high') return ask('its risk is high')
  if (assessment.ask === true) return ask('the tool wants to be asked about')
  return shift === 1 && writes ? ask('the agent is careful now') : decided
}

const said = { allow: 'allowed', ask: 'asked about', deny: 'refused', 'two-key': 'asked about twice' } as const
const ruled = { allow: 'allows it', ask: 'asks about it', deny: 'forbids it', 'two-key': 'asks two about it' } as const

function fits(rule: PolicyRule, { tool, input, assessment, surface, user = 'owner' }: PolicyQuestion): boolean {
  return (
    anyOf(rule.tool, tool.name) &&
    (rule.effect === undefined || rule.effect === tool.effect) &&
    (rule.upToRisk === undefined || riskOrder[assessment.risk.level] <= riskOrder[rule.upToRisk]) &&
    anyOf(rule.surface, surface ?? '') &&
    anyOf(rule.user, user) &&
    Object.entries(rule.where ?? {}).every(([path, pattern]) =>
      fitsInput(input, { path, pattern }, { every: rule.tier === 'allow' }),
    )
  )
}

function anyOf(patterns: string | readonly string[] | undefined, name: string): boolean {
  if (patterns === undefined) return true
  return [patterns].flat().some((pattern) => fitsGlob(pattern, name))
}

/** The rules as they are now, or why nothing may run before they are mended. */
export type PolicyState =
  | { readonly status: 'read'; readonly rules: readonly PolicyRule[] }
  | { readonly status: 'broken'; readonly reason: string }

/** How an agent is kept on its machine. */
export interface AirGap {
  /** Whether commands run where there is no network; if not, none runs. */
  readonly commandsHeld: boolean
}

/** Why a call would leave the machine, or might unseen; nothing for one that stays. */
export function leavesMachine(
  { effect, remote }: Pick<Tool, 'effect' | 'remote'>,
  input: unknown,
  { commandsHeld }: AirGap,
): string | undefined {
  if (effect === 'network') return 'it uses the network'
  if (remote === true) return 'another program does it'
  if (effect !== 'execute') return undefined
  if (!commandsHeld) return 'no sandbox works here that keeps commands off the network'
  return reachesNetwork(field(input, 'command') ?? '') ? 'the command uses the network' : undefined
}

/** What policy asks of its surroundings at the moment of a call. */
export interface PolicyDeps {
  rules(): PolicyState
  /** Who speaks on a surface. */
  userOf(channel: string): string
  /** Present where nothing may leave the machine. */
  readonly airGap?: AirGap | undefined
  /** How careful the substrate wants to be in a turn now. */
  approvalShift(turnId: string): 0 | 1
  /** Why nothing may run now, when an operator has paused the agent. */
  paused(): string | undefined
}

/** Applies {@link decideTier}. Rules that cannot be read let nothing through. */
export function policy({ rules, userOf, airGap, approvalShift, paused }: PolicyDeps): Layer {
  return {
    name: 'policy',
    async apply(call, next) {
      const { tool, input, context } = call
      const refuse = (why: string) => failure('denied', `Cannot call ${tool.name}: ${why}`)
      const reason = paused()
      if (reason !== undefined) return refuse(`the agent is paused (${reason})`)
      const leaves = airGap && leavesMachine(tool, input, airGap)
      if (leaves !== undefined) return refuse(`${leaves}, and the agent is kept off the network`)
      const state = rules()
      if (state.status === 'broken') return refuse(`the policy cannot be read (${state.reason})`)
      const assessment = call.assessment ?? unassessed
      const user = userOf(context.channel)
      const { tier, why, peer } = decideTier(
        { tool, input, assessment, surface: context.channel, user },
        { rules: state.rules, shift: approvalShift(context.turnId) },
      )
      return tier === 'deny' ? refuse(why) : next({ ...call, tier, secondKey: peer })
    },
  }
}
