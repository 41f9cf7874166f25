/** Which servers of the Model Context Protocol the agent uses, and how far it trusts them. */

import { z } from 'zod'

/** Settings of one server. */
export const mcpServerSchema = z.union([
  z.strictObject({
    command: z.string().min(1).describe('Program to start'),
    args: z.array(z.string()).default([]),
    env: z.record(z.string(), z.string()).default({}).describe('Variables beside those that every program gets'),
    cwd: z.string().optional(),
    ...common(),
  }),
  z.strictObject({
    url: z.url({ protocol: /^https?$/ }).describe('Address of a server that speaks streamable HTTP'),
    headers: z.record(z.string(), z.string()).default({}).describe('Such as Authorization'),
    ...common(),
  }),
])

function common() {
  return {
    trust: z
      .enum(['none', 'described'])
      .default('none')
      .describe(
        'none: a person is asked about every call, whatever the rules say. described: what the server calls read-only is a read, everything else is use of the network, and the rules decide',
      ),
    enabled: z.boolean().default(true),
  }
}

/** One server. */
export type McpServerConfig = z.infer<typeof mcpServerSchema>

/** Name of a server: the first part of the names of its tools. */
const mcpServerName = z
  .string()
  .max(24)
  .regex(
    /^(?!acp_)[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/,
    'lower-case words joined by single underscores, not beginning "acp_"',
  )

/** Settings of all servers, by name. */
export const mcpServersSchema = z.record(mcpServerName, mcpServerSchema)
