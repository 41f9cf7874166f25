/** Reads the templates that come with this package. */

import { readdir, readFile } from 'node:fs/promises'
import { SalpError } from '@salp/core'
import { z } from 'zod'
import { slugSchema } from '../manifest.js'
import { type Template, templateManifestSchema } from '../templates.js'

/** Where they lie as the package is built, and in the sources. */
const ownFolder = new URL(
  import.meta.url.endsWith('.ts') ? '../../../../fixtures/cartridges/' : '../templates/',
  import.meta.url,
)

/**
 * Reads a folder of templates: one folder each, its name being the id, with `cartridge.json`, `main.ts` and, where it has
 * one, `page.html`.
 *
 * @param folder - Ends with a slash. @defaultValue the templates of this package
 * @returns In the order of their ids.
 * @throws {@link TemplateError} (`cartridge/template`) if one of them is not whole or breaks a rule.
 */
export async function openTemplates(folder: URL = ownFolder): Promise<readonly Template[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const ids = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  return Promise.all(ids.sort().map((id) => readTemplate(id, new URL(`${id}/`, folder))))
}

async function readTemplate(id: string, folder: URL): Promise<Template> {
  if (!slugSchema.safeParse(id).success) throw new TemplateError(folder, 'its name is no id')
  const [manifest, source, page] = await Promise.all([
    readManifest(new URL('cartridge.json', folder)),
    readText(new URL('main.ts', folder)),
    readTextIfThere(new URL('page.html', folder)),
  ])
  return { id, ...manifest, source, ...(page === undefined ? {} : { page }) }
}

async function readManifest(file: URL): Promise<z.output<typeof templateManifestSchema>> {
  const text = await readText(file)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new TemplateError(file, 'it is not JSON', cause)
  }
  const { success, data, error } = templateManifestSchema.safeParse(value)
  if (!success) throw new TemplateError(file, z.prettifyError(error), error)
  return data
}

async function readText(file: URL): Promise<string> {
  const text = await readTextIfThere(file)
  if (text === undefined) throw new TemplateError(file, 'there is no such file')
  return text
}

async function readTextIfThere(file: URL): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** A template that is not whole, or breaks a rule. */
export class TemplateError extends SalpError {
  readonly path: string
  constructor({ pathname }: URL, why: string, cause?: unknown) {
    super('cartridge/template', `Cannot read the template "${pathname}": ${why}`, { cause })
    this.path = pathname
  }
}
