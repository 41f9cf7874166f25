/** What policy says, before anything is done. */

import { z } from 'zod'
import { policyRuleSchema } from '../../governance/policy.js'
import { riskSchema } from '../../protocol.js'
import type { ApiDeps } from '../deps.js'
import { defineRoute, type Route } from '../route.js'

/** Routes under `/api/policy`. */
export function policyRoutes({ agent }: Pick<ApiDeps, 'agent'>): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/api/policy/explain',
      summary: 'Tells what policy says of a call, and which rule decides; nothing is called',
      body: z.object({
        tool: z.string(),
        input: z.json(),
        surface: z.string().optional(),
        user: z.string().optional(),
      }),
      response: z.object({
        tier: z.enum(['allow', 'ask', 'deny', 'two-key']),
        why: z.string(),
        risk: riskSchema,
        /** Place of the rule, from 0: those of the file come first. */
        rule: z.number().int().optional(),
        peer: z.string().optional(),
        decidedBy: policyRuleSchema.optional(),
      }),
      answer: ({ body }) => agent.explain(body),
    }),
  ]
}
