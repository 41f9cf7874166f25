/** What is kept of being let in by a server. */

import { z } from 'zod'

/** Secrets, of one server: to be kept where only the owner of the agent reads them. */
export const credentialsSchema = z.object({
  /** Address of the server that they are for; they are never sent to another. */
  url: z.string(),
  /** Where the browser is sent back to, as the client was registered with. */
  redirectUrl: z.string().optional(),
  /** The authorization server that a client of the settings was first used with. */
  issuer: z.string().optional(),
  client: z.looseObject({ client_id: z.string(), issuer: z.string().optional() }).optional(),
  tokens: z
    .looseObject({
      access_token: z.string(),
      token_type: z.string(),
      refresh_token: z.string().optional(),
      scope: z.string().optional(),
      issuer: z.string().optional(),
    })
    .optional(),
})

/** Secrets of one server. */
export type Credentials = z.infer<typeof credentialsSchema>

/** Keeps secrets, across restarts. */
export interface CredentialStore {
  /** @param server - Name of the server in the settings. */
  read(server: string): Credentials | undefined
  /** Replaces what is kept; nothing takes it away. On disk when it returns. */
  write(server: string, credentials: Credentials | undefined): void
}
