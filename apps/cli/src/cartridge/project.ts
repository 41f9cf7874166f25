/** A cartridge as its author keeps it in a folder: `cartridge.json`, `main.ts`, and the `page.html` a frontend may have. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CartridgeDraft, draftSchema, type Kind, kinds, type Language, languages } from '@salp/cartridge'
import type { Program } from '@salp/cartridge/host'
import { SalpError } from '@salp/core'
import { z } from 'zod'

/** Files of a cartridge, in its folder. */
export const projectFiles = { manifest: 'cartridge.json', source: 'main.ts', page: 'page.html' } as const

const { name, description, capabilities, callTargets, httpHosts, port, tests } = draftSchema.shape

/** What `cartridge.json` holds. */
const manifestSchema = z.strictObject({
  name,
  description: description.default(''),
  kind: z.enum(kinds),
  language: z.enum(languages).default('assemblyscript'),
  capabilities: capabilities.default([]),
  callTargets: callTargets.default([]),
  httpHosts,
  port,
  /** Words that a template is known by. */
  words: z.array(z.string().max(100)).max(100).default([]),
  tests: tests.default([]),
})

/** {@link manifestSchema} as it is written. */
export type ProjectManifest = z.input<typeof manifestSchema>

/** A cartridge in a folder. */
export interface Project {
  /** Made from its name. */
  readonly id: string
  readonly kind: Kind
  readonly language: Language
  readonly draft: CartridgeDraft
}

/**
 * Reads a cartridge.
 *
 * @throws {@link ProjectError} (`cli/cartridge`) if a file is missing, or breaks a rule.
 */
export async function readProject(folder: string): Promise<Project> {
  const [manifest, source, page] = await Promise.all(
    [projectFiles.manifest, projectFiles.source, projectFiles.page].map((file) => readText(join(folder, file))),
  )
  if (manifest === undefined)
    throw new ProjectError(
      `there is no ${projectFiles.manifest} in ${folder}. Make a cartridge: salp cartridge new NAME`,
    )
  if (source === undefined) throw new ProjectError(`there is no ${projectFiles.source} in ${folder}`)
  const { kind, language, words: _, ...draft } = parseManifest(manifest)
  const read = draftSchema.safeParse({ ...draft, source, ...(page !== undefined && { page }) })
  if (!read.success) throw new ProjectError(prettify(read.error))
  return { id: slugOf(draft.name), kind, language, draft: read.data }
}

/** Id that a name makes: its letters and digits, joined by hyphens. */
export function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replace(/^-+|-+$/g, '')
  return slug || 'cartridge'
}

/** What a source was compiled to: a module, or a script. */
export type ProjectCode = { readonly wasm: Uint8Array<ArrayBuffer> } | { readonly script: string }

/** What a host is given to run of a project that was compiled. */
export function programOf({ id, kind, draft }: Project, code: ProjectCode): Program {
  const { capabilities, callTargets, tests } = draft
  const examples = tests.flatMap((test) => ('input' in test ? [{ input: test.input, expected: test.output }] : []))
  return { id, kind, ...code, capabilities, callTargets, examples }
}

function parseManifest(text: string): z.output<typeof manifestSchema> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new ProjectError(`${projectFiles.manifest} is not JSON (${describe(cause)})`)
  }
  const read = manifestSchema.safeParse(value)
  if (!read.success) throw new ProjectError(`${projectFiles.manifest}: ${prettify(read.error)}`)
  return read.data
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error))
const prettify = (error: z.ZodError): string => z.prettifyError(error).replace(/\s*\n\s*/g, ' ')

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code)))
      return undefined
    throw error
  }
}

/** A folder that holds no cartridge, or one that breaks a rule: `cli/cartridge`. */
export class ProjectError extends SalpError {
  constructor(why: string) {
    super('cli/cartridge', `Cannot read the cartridge: ${why}`)
  }
}
