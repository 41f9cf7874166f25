/** Answers about cartridges: what is there now, and how it is used. */

import { z } from 'zod'
import type { Listed, Template } from './cartridge-list.js'
import { codeBlock, inlineCode, plainText } from './markdown.js'
import { type Outcome, of, type Renderer, resultOf } from './outcome.js'

const diagnosticSchema = z.object({
  severity: z.string(),
  message: z.string(),
  line: z.number(),
  column: z.number(),
  hint: z.string().nullish(),
})
const testSchema = z.object({ name: z.string(), passed: z.boolean(), detail: z.string().optional() })
const createdSchema = z.object({
  cartridge: z.object({
    id: z.string(),
    name: z.string(),
    kind: z.string(),
    path: z.string(),
    /** Of an interactive one: with which keys it is played. */
    description: z.string().optional(),
  }),
  status: z.enum(['active', 'failed', 'draft']),
  diagnostics: z.array(diagnosticSchema).optional(),
  tests: z.object({ failed: z.array(testSchema) }).optional(),
  message: z.string().optional(),
})
type Created = z.infer<typeof createdSchema>

const listSchema = z.object({
  cartridges: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      kind: z.string(),
      version: z.number().optional(),
      published: z.boolean(),
      price: z.string().nullish(),
      calls: z.number(),
      traps: z.number(),
    }),
  ),
})

/** Whether a call left a cartridge that does not run; what was to follow has nothing to follow. */
export function failedToBuild({ toolName, output }: Outcome): boolean {
  if (toolName !== 'create_cartridge') return false
  const { data } = createdSchema.safeParse(resultOf(output))
  return data !== undefined && data.status !== 'active'
}

/** Answers, by tool. */
export const cartridgeRenderers: Readonly<Record<string, Renderer>> = {
  create_cartridge: of(createdSchema, (created, { template }) => answerCreated(created, typeof template === 'string')),
  list_cartridges: of(listSchema, ({ cartridges }) => {
    if (cartridges.length === 0) {
      return 'You have no cartridges yet. Say “make a snake game”, or “what can you build?”.'
    }
    const rows = cartridges.map((cartridge) => {
      const { id, name, kind, version, published, price, calls, traps } = cartridge
      const sold = published ? (price ?? 'free') : 'no'
      const used = traps === 0 ? String(calls) : `${calls}, ${traps} ended early`
      return [link(name, id), kind, version === undefined ? 'draft' : String(version), plainText(sold), used]
    })
    const count = cartridges.length === 1 ? '1 cartridge' : `${cartridges.length} cartridges`
    return `You have ${count}:\n\n${table(['Cartridge', 'Kind', 'Version', 'Published', 'Calls'], rows)}`
  }),
  read_cartridge: of(
    z.object({ name: z.string(), kind: z.string(), source: z.string() }),
    ({ name, kind, source }) => `**${plainText(name)}**, ${plainText(kind)}:\n\n${codeBlock(source, 'typescript')}`,
  ),
  test_cartridge: of(z.object({ tests: z.array(testSchema) }), ({ tests }, { id }) => {
    if (tests.length === 0) return `${named(id)} has no tests.`
    const passed = tests.filter((test) => test.passed).length
    const lines = tests.map((test) => `- [${test.passed ? 'x' : ' '}] ${testLine(test)}`)
    const many = tests.length === 1 ? '1 test passes' : `${tests.length} tests pass`
    return `${named(id)}: ${passed} of ${many}.\n\n${lines.join('\n')}`
  }),
  call_cartridge: (value, { id }) => {
    const { data } = calledSchema.safeParse(value)
    if (data === undefined) return undefined
    if (!('status' in data)) return `${named(id)} gave:\n\n${codeBlock(JSON.stringify(data.value, null, 2), 'json')}`
    const text = typeof data.body === 'string' ? data.body : JSON.stringify(data.body, null, 2)
    return text.trim() === ''
      ? `${named(id)} answered ${data.status}, with nothing in it.`
      : `${named(id)} answered ${data.status}:\n\n${codeBlock(text, '')}`
  },
  publish_cartridge: of(
    z.object({ id: z.string(), url: z.string(), price: z.string().nullish() }),
    ({ id, url, price }) => {
      const cost = price == null ? 'It costs nothing.' : `A call costs ${plainText(price)}.`
      return `${named(id)} is published at ${inlineCode(url)}. ${cost} Say “unpublish ${plainText(id)}” to take it back.`
    },
  ),
  unpublish_cartridge: (_, { id }) => `${named(id)} is no longer published.`,
  rollback_cartridge: of(
    z.object({ id: z.string(), version: z.number() }),
    ({ id, version }) => `${named(id)} is back at version ${version}.`,
  ),
  remove_cartridge: (_, { id }) => `${named(id)} is gone.`,
}

const calledSchema = z.union([
  z.object({ status: z.number(), body: z.unknown() }),
  z.object({ value: z.unknown() }).refine(({ value }) => value !== undefined),
])

function answerCreated({ cartridge, status, diagnostics = [], tests, message }: Created, isTemplate: boolean): string {
  const { id, name } = cartridge
  const said = message === undefined ? '' : ` ${plainText(message).replace(/(?<![.!?])$/, '.')}`
  if (status === 'draft')
    return `**${plainText(name)}** is a draft that does not run yet: ${link(`Open ${name}`, id)}.${said}`
  if (status === 'failed') {
    const lines = diagnostics
      .filter(({ severity }) => severity === 'error')
      .slice(0, 10)
      .map(({ line, column, message: what, hint }) => {
        const advice = hint ? ` ${plainText(hint)}` : ''
        return `- Line ${line}, column ${column}: ${plainText(what).replace(/(?<![.!?])$/, '.')}${advice}`
      })
    const missed = (tests?.failed ?? []).map((test) => `- Test ${testLine(test)}`)
    const found = [...lines, ...missed].length === 0 ? '' : `\n\n${[...lines, ...missed].join('\n')}`
    return `**${plainText(name)}** did not build.${said}${found}\n\n${link('Open its source', id)}`
  }
  const origin = isTemplate ? ' It is a template as it stands; without a language model I write no programs.' : ''
  return `**${plainText(name)}** is ready: ${howToUse(cartridge)}${said}${origin}`
}

/** Answers with the way to a cartridge that is there already. */
export function answerOpen(cartridge: Listed): string {
  const { id, name, version } = cartridge
  if (version === undefined) return `**${plainText(name)}** has no version that runs yet: ${link(`Open ${name}`, id)}.`
  return howToUse({ ...cartridge, path: `/c/${id}` })
}

function howToUse({ id, name, kind, path, description }: Created['cartridge']): string {
  switch (kind) {
    case 'interactive': {
      const keys = description ?? 'As a rule it is played with the arrow keys.'
      return `${link(`Play ${name}`, id)}. Click the picture first. ${plainText(keys)}`
    }
    case 'backend':
      return `${link(`Open ${name}`, id)}. Ask it with “call ${plainText(id)} with /”; once published (“publish ${plainText(id)} for $0.01”), it answers anyone at ${inlineCode(path)}.`
    case 'cognitive':
      return `${link(`Open ${name}`, id)}. Ask it with “call ${plainText(id)} with {}”, and JSON for what it takes.`
    default:
      return `${link(`Open ${name}`, id)}.`
  }
}

/** Answers with what a cartridge can be made from. */
export function answerTemplates(templates: readonly Template[], kind: string | undefined): string {
  const shown = templates.filter((template) => kind === undefined || template.kind === kind)
  const [first] = shown
  if (first === undefined) return 'There is no template for that here.'
  const rows = shown.map(({ id, kind: sort, description }) => [inlineCode(id), sort, plainText(description)])
  return `I can make these. Say, for example, “make a ${plainText(first.id)} cartridge”.\n\n${table(['Template', 'Kind', 'What it is'], rows)}`
}

function testLine({ name, detail }: z.infer<typeof testSchema>): string {
  return detail === undefined ? plainText(name) : `${plainText(name)}: ${plainText(detail)}`
}

function named(id: unknown): string {
  return `**${plainText(String(id))}**`
}

/** A link into Studio, to the page of a cartridge. */
function link(text: string, id: string): string {
  return `[${plainText(text)}](#/cartridges/${encodeURIComponent(id)})`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
