/** `salp cartridge new`: a folder to begin from. */

import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import { type CartridgeTest, findTemplate, type Kind, type Language, type Template } from '@salp/cartridge'
import { openTemplates } from '@salp/cartridge/node'
import { UsageError } from '../cli-errors.js'
import { suggest } from '../commands/suggest.js'
import { type Invocation, note, print } from '../invocation.js'
import { type Column, renderColumns } from '../render/columns.js'
import { type ProjectManifest, projectFiles } from './project.js'

/** What is typed of a new cartridge. */
export interface NewWords {
  /** Id of a template, or words that it is known by. */
  readonly template?: string
  /** Of the template; without one, the shortest that fits is taken. */
  readonly kind?: Kind | undefined
  readonly language?: Language | undefined
}

/** Lists what one can begin from. */
export async function listTemplates(invocation: Invocation, words: Pick<NewWords, 'kind' | 'language'>): Promise<void> {
  const templates = (await openTemplates()).filter((template) => fits(template, words))
  const shown = templates.map(({ id, name, kind, language, description }) => ({
    id,
    name,
    kind,
    language,
    description,
  }))
  print(invocation, { templates: shown }, (all, style) =>
    all.templates.length === 0 ? 'There is none of that kind' : renderColumns(all.templates, templateColumns, style),
  )
}

const templateColumns: readonly Column<Pick<Template, 'id' | 'kind' | 'language' | 'description'>>[] = [
  { title: 'Template', cell: ({ id }) => id },
  { title: 'Kind', cell: ({ kind }) => kind },
  { title: 'What it does', cell: ({ description }) => description },
]

/** Makes a folder from a template, and says what to do next. Nothing that is there is overwritten. */
export async function newProject(invocation: Invocation, folder: string, words: NewWords): Promise<void> {
  const { io } = invocation
  const template = chooseTemplate(await openTemplates(), words)
  const path = resolve(io.folder, folder)
  const { description, kind, language, capabilities, callTargets, port, tests } = template
  const manifest: ProjectManifest = {
    ...{ name: basename(path), description, kind, language, capabilities: [...capabilities] },
    ...(callTargets.length > 0 && { callTargets: [...callTargets] }),
    ...(port !== undefined && { port }),
    tests: tests.map(compactTest),
  }
  const files = {
    [projectFiles.manifest]: renderManifest(manifest),
    [projectFiles.source]: template.source,
    ...(template.page !== undefined && { [projectFiles.page]: template.page }),
  }
  await mkdir(path, { recursive: true })
  for (const name of Object.keys(files)) requireNone(join(path, name))
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text, { flag: 'wx' })
  const shown = relative(io.folder, path) || '.'
  print(
    invocation,
    { folder: path, template: template.id, kind, files: Object.keys(files) },
    (made) => `Made ${shown} from the template "${made.template}": ${made.files.join(', ')}`,
  )
  if (!invocation.json) note(invocation, nextSteps(kind, shown))
}

function chooseTemplate(templates: readonly Template[], { template: words, kind, language }: NewWords): Template {
  const fitting = templates.filter((template) => fits(template, { kind, language }))
  if (words === undefined) {
    const [shortest] = fitting.toSorted((a, b) => a.source.length - b.source.length)
    if (shortest === undefined)
      throw new UsageError(
        `There is no template for ${[kind, language].filter(Boolean).join(' in ')}. There are: salp cartridge new --list`,
      )
    return shortest
  }
  const found = findTemplate(fitting, words)
  if (found !== undefined) return found
  const known = findTemplate(templates, words)
  if (known !== undefined) throw new UsageError(`The template "${known.id}" is ${known.kind} in ${known.language}`)
  const ids = templates.map(({ id }) => id)
  throw new UsageError(`There is no template "${words}".${suggest(words, ids)} There are: salp cartridge new --list`)
}

function fits(template: Template, { kind, language }: Pick<NewWords, 'kind' | 'language'>): boolean {
  return (kind === undefined || template.kind === kind) && (language === undefined || template.language === language)
}

type ProjectTest = NonNullable<ProjectManifest['tests']>[number]

/** A test without what need not be said. */
function compactTest(test: CartridgeTest): ProjectTest {
  if ('request' in test) {
    const { method, query, headers, body, path } = test.request
    const request = {
      ...(method !== 'GET' && { method }),
      path,
      ...(query !== '' && { query }),
      ...(Object.keys(headers).length > 0 && { headers }),
      ...(body !== '' && { body }),
    }
    return { ...test, request }
  }
  if (!('frames' in test)) return test
  const { keys, changes, ...rest } = test
  return { ...rest, ...(keys.length > 0 && { keys }), ...(!changes && { changes }) }
}

/** JSON to edit by hand: a test a line. */
function renderManifest(manifest: ProjectManifest): string {
  const lines = Object.entries(manifest).map(([name, value]) => {
    const text =
      name === 'tests' ? `[\n${manifest.tests?.map((test) => `    ${inline(test)}`).join(',\n')}\n  ]` : inline(value)
    return `  ${JSON.stringify(name)}: ${text}`
  })
  return `{\n${lines.join(',\n')}\n}\n`
}

/** JSON on one line, with room between its parts. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const parts = Object.entries(value).map(([name, part]) => `${JSON.stringify(name)}: ${inline(part)}`)
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`
}

/** Looks before anything is written, so that no half of it is. */
function requireNone(path: string): void {
  if (existsSync(path)) throw new UsageError(`Cannot make ${path}: it is there already, and nothing is overwritten`)
}

function nextSteps(kind: Kind, folder: string): string {
  const word = /^[\w./-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", `'\\''`)}'`
  const tries: Readonly<Record<Kind, string>> = {
    backend: `salp cartridge serve ${word}`,
    interactive: `salp cartridge run ${word}`,
    frontend: `salp cartridge run ${word}`,
    cognitive: `salp cartridge run ${word} --value JSON`,
  }
  return `Next: salp cartridge test ${word}, then ${tries[kind]}`
}
