/** The few settings that checks need when no node can be asked: environment over file, as a node reads them. */

import { existsSync, readFileSync } from 'node:fs'
import { describeError, environmentLayer, resolveConfig } from '@salp/core'
import { z } from 'zod'
import type { Finding } from './check.js'

const fileSchema = z.object({
  server: z.object({ port: z.number().int().optional(), host: z.string().optional() }).optional(),
  model: z
    .object({
      url: z.string().optional(),
      name: z.string().optional(),
      key: z.string().optional(),
      gguf: z.string().optional(),
      detect: z.boolean().optional(),
    })
    .optional(),
  agent: z.object({ airGap: z.boolean().optional(), sandbox: z.string().optional() }).optional(),
})

const settingsSchema = z.object({
  server: z
    .object({ port: z.number().int().min(0).max(65_535).default(4023), host: z.string().default('127.0.0.1') })
    .prefault({}),
  model: z
    .object({
      url: z.string().optional(),
      name: z.string().optional().meta({ env: 'SALP_MODEL' }),
      key: z.string().optional(),
      gguf: z.string().optional(),
      detect: z.boolean().default(true),
    })
    .prefault({}),
  agent: z
    .object({ airGap: z.boolean().default(false), sandbox: z.enum(['auto', 'off', 'require']).default('auto') })
    .prefault({}),
})

/** Settings that checks use. */
export type DoctorSettings = z.infer<typeof settingsSchema>

/** Reads them; what cannot be read is found wrong, and the defaults stand in. */
export function readSettings(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly settings: DoctorSettings; readonly finding: Finding } {
  try {
    const exists = existsSync(file)
    const values = exists ? fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : {}
    const layers = [
      { source: 'file' as const, values, origin: () => file },
      environmentLayer(settingsSchema, environment, 'SALP'),
    ]
    const detail = exists ? file : 'no file, which is fine: defaults and environment'
    return { settings: resolveConfig(settingsSchema, layers).value, finding: { status: 'pass', detail } }
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error) : describeError(error)
    return {
      settings: settingsSchema.parse({}),
      finding: {
        status: 'fail',
        detail,
        fix: `Correct ${file}, or the variable; "salp config" then lists every setting`,
      },
    }
  }
}
