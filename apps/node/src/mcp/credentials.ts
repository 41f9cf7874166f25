/** The file that keeps what MCP servers let a node in with. */

import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type CredentialStore, type Credentials, credentialsSchema } from '@salp/agent/mcp'
import { SalpError } from '@salp/core'
import { z } from 'zod'

const fileSchema = z.record(z.string(), credentialsSchema)

/**
 * Opens the file in a folder, made when first written to; its owner's alone. It is read anew each time, and replaced in one
 * step: a crash leaves the old one, or the new.
 *
 * Its calls throw {@link CredentialsError} (`node/mcp-credentials`) if the file holds something else.
 */
export function openCredentials(folder: string): CredentialStore {
  const path = join(folder, 'mcp-credentials')
  const read = (): Record<string, Credentials> => {
    try {
      return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
      throw new CredentialsError(path)
    }
  }
  return {
    read: (server) => read()[server],
    write(server, credentials) {
      const { [server]: _, ...others } = read()
      const text = JSON.stringify(credentials === undefined ? others : { ...others, [server]: credentials })
      const beside = join(folder, `.mcp-credentials-${randomUUID()}`)
      const file = openSync(beside, 'wx', 0o600)
      try {
        writeSync(file, text)
        fsyncSync(file)
        renameSync(beside, path)
      } finally {
        closeSync(file)
        rmSync(beside, { force: true })
      }
    },
  }
}

/** A file that cannot be read: `node/mcp-credentials`. What it holds is in no message: it is secret. */
class CredentialsError extends SalpError {
  constructor(path: string) {
    super(
      'node/mcp-credentials',
      `Cannot read the tokens of MCP servers in "${path}": it holds something else. Take the file away, and sign in again`,
    )
  }
}
