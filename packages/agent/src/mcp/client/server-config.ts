/** Which servers of the Model Context Protocol the agent uses, and how far it trusts them. */

import { z } from 'zod'

/** How the agent signs in to a server that it is known to already; without, it registers itself and asks its owner. */
const oauthSchema = z
  .strictObject({
    clientId: z.string().min(1).describe('What the authorization server calls the agent'),
    clientSecret: z.string().min(1).optional(),
    privateKey: z.string().min(1).optional().describe('In place of a secret: a key as PKCS #8 PEM'),
    algorithm: z.string().default('ES256').describe('Of that key'),
    issuer: z
      .url()
      .optional()
      .describe('The authorization server that gets them; the first one that the server names, when absent'),
    grant: z
      .enum(['authorization_code', 'client_credentials'])
      .default('authorization_code')
      .describe('client_credentials: the agent signs in as itself, and no person is asked'),
    scope: z.string().optional().describe('Rights to ask for, separated by spaces; what the server wants, when absent'),
  })
  .refine(
    ({ grant, clientSecret, privateKey }) =>
      grant === 'authorization_code' || clientSecret !== undefined || privateKey !== undefined,
    { path: ['grant'], message: 'client_credentials needs a clientSecret or a privateKey' },
  )

/** A client that an authorization server knows. */
export type OAuthConfig = z.infer<typeof oauthSchema>

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
    oauth: oauthSchema.optional(),
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
