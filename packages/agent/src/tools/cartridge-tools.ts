/** Tools by which the agent writes programs that run in a sandbox. */

import {
  type BuildView,
  type CartridgeView,
  callOrderSchema,
  capabilities,
  cartridgeTestSchema,
  guideTo,
  httpHostSchema,
  kinds,
  languages,
  type PortView,
  slugSchema,
  type Workshop,
} from '@salp/cartridge'
import { replacePassage } from '@salp/code'
import { SalpError } from '@salp/core'
import { z } from 'zod'
import { createTool, type JsonValue, type Tool, ToolError, type Verification } from '../tool.js'
import { forgiving, plainJson } from './input.js'

/** What the tools ask of a workshop. */
export type CartridgePort = Pick<
  Workshop,
  | 'templates'
  | 'list'
  | 'get'
  | 'create'
  | 'change'
  | 'build'
  | 'test'
  | 'perform'
  | 'publish'
  | 'rollback'
  | 'remove'
  | 'logs'
>

const id = slugSchema.describe('Id of a cartridge, from list_cartridges')
const idNames = ['cartridge', 'name', 'slug', 'cartridge_id'] as const
/** Of tools that need nothing but a cartridge. */
const onlyId = forgiving(z.object({ id }), { aliases: { id: idNames }, text: 'id' })
const source = z.string().max(262_144)
const written = {
  description: z.string().max(500).optional(),
  capabilities: z.array(z.enum(capabilities)).optional(),
  callTargets: z.array(slugSchema).optional().describe('Cartridges it may call'),
  httpHosts: z
    .array(httpHostSchema)
    .optional()
    .describe('Machines it may ask, as host or host:port; the operator has to allow them too'),
  port: z.string().max(60).optional().describe('Of a cognitive function: the port it may take over'),
  tests: z.array(cartridgeTestSchema).optional(),
}

/** Diagnostics and log lines that a model is shown. */
const maxShown = 10

/**
 * Creates `list_cartridges`, `read_cartridge`, `create_cartridge`, `write_cartridge`, `test_cartridge`, `call_cartridge`,
 * `publish_cartridge`, `unpublish_cartridge`, `rollback_cartridge` and `remove_cartridge`.
 */
export function createCartridgeTools({
  cartridges,
  ports = () => [],
}: {
  readonly cartridges: CartridgePort
  /** Places of the agent's own workings that a cognitive function may take over. @defaultValue none */
  readonly ports?: (() => readonly PortView[]) | undefined
}): readonly Tool[] {
  const outcome = (view: CartridgeView, build: BuildView | undefined): JsonValue => {
    const { kind, name, description, version, path } = cartridges.get(view.id)
    const cartridge = { id: view.id, name, description, kind, version, path, open: `#/cartridges/${view.id}` }
    if (build === undefined) {
      const guide = guideTo(kind, { language: view.language })
      return plainJson({ cartridge, status: 'draft', source: view.draft.source, guide })
    }
    const { status, tests } = build
    const diagnostics = build.diagnostics
      .slice(0, maxShown)
      .map(({ severity, line, column, message, hint, excerpt }) => ({
        ...{ severity, line, column, message, excerpt },
        ...(hint !== null && { hint }),
      }))
    const failed = tests.filter(({ passed }) => !passed)
    return plainJson({
      ...{ cartridge, status },
      ...(build.status === 'failed' && { stage: build.stage, message: build.message }),
      ...(diagnostics.length > 0 && { diagnostics }),
      ...(tests.length > 0 && { tests: { passed: tests.length - failed.length, failed } }),
    })
  }

  const isThere = (output: JsonValue): Verification => {
    const { id: made } = z.object({ cartridge: z.object({ id: z.string() }) }).parse(output).cartridge
    return found(
      cartridges.list().some((view) => view.id === made),
      'it is among the cartridges',
      'it is not there',
    )
  }

  const list = createTool({
    name: 'list_cartridges',
    description:
      'Lists cartridges, which are small programs of yours that run in a sandbox, and templates for new ones.',
    input: forgiving(z.object({}), {}),
    effect: 'read',
    timeoutMs: 10_000,
    run: async () =>
      plainJson({
        cartridges: cartridges
          .list()
          .map(({ id: own, name, kind, version, published, price, use: { calls, traps } }) => ({
            ...{ id: own, name, kind, version, published, price, calls, traps },
          })),
        templates: cartridges.templates.map(({ id: own, name, kind, description }) => ({
          ...{ id: own, name, kind, description },
        })),
        ports: ports().map(({ name, description, contract, example, active, shadow }) => ({
          ...{ name, description, contract, example, active, shadow },
        })),
      }),
  })

  const read = createTool({
    name: 'read_cartridge',
    description: 'Shows the source of a cartridge, how it was used, why it failed last, and its latest log lines.',
    input: onlyId,
    effect: 'read',
    timeoutMs: 10_000,
    run: async (input) =>
      attempt(async () => {
        const { draft, kind, language, version, changed, published, price, use } = cartridges.get(input.id)
        const log = cartridges.logs(input.id, { after: 0 }).slice(-maxShown)
        const { name, ...rest } = draft
        return plainJson({
          ...{ id: input.id, name, kind, language, version, changed, published, price, ...rest, use },
          log: log.map(({ level, text }) => `${level}: ${text}`),
        })
      }),
  })

  const create = createTool({
    name: 'create_cartridge',
    description:
      'Makes a small program that runs in a sandbox: a game or picture (interactive), an HTTP API (backend), a user interface (frontend) or a function (cognitive). From a template ("snake", "todo api"; list_cartridges shows them), from source, or with neither: then it answers how to write one.',
    input: forgiving(
      z.object({
        template: z.string().max(100).optional(),
        name: z.string().max(100).optional(),
        kind: z.enum(kinds).optional(),
        language: z.enum(languages).optional(),
        source: source.optional(),
        ...written,
      }),
      { aliases: { template: ['idea'], source: ['code'] }, text: 'template' },
    ),
    effect: 'self',
    contained: true,
    timeoutMs: 60_000,
    run: (input, { signal }) =>
      attempt(async () => {
        const view = cartridges.create(input)
        const isWritten = input.template !== undefined || input.source !== undefined
        return outcome(view, isWritten ? await cartridges.build(view.id, { signal }) : undefined)
      }),
    verify: async (_, output) => isThere(output),
  })

  const write = createTool({
    name: 'write_cartridge',
    description:
      'Changes a cartridge and builds it: the whole source, or a passage of it ("find" is quoted from it, "replace" comes in its place). What fails to compile, its trial or a test is told, and the version before goes on.',
    input: forgiving(
      z
        .object({
          id,
          source: source.optional(),
          find: z.string().optional(),
          replace: z.string().optional(),
          ...written,
        })
        .refine(
          (input) => (input.find === undefined) === (input.replace === undefined),
          '"find" and "replace" go together',
        )
        .refine(
          (input) => input.find === undefined || input.source === undefined,
          'either "source" or "find", not both',
        ),
      { aliases: { id: idNames, source: ['code', 'content'] } },
    ),
    effect: 'self',
    contained: true,
    timeoutMs: 60_000,
    run: ({ id: asked, find, replace, ...change }, { signal }) =>
      attempt(async () => {
        const edited =
          find === undefined ? {} : { source: edit(cartridges.get(asked).draft.source, find, replace ?? '') }
        const view = cartridges.change(asked, { ...change, ...edited })
        return outcome(view, await cartridges.build(asked, { signal }))
      }),
    verify: async (_, output) => isThere(output),
  })

  const test = createTool({
    name: 'test_cartridge',
    description: 'Runs the tests of a cartridge.',
    input: onlyId,
    effect: 'read',
    repeatable: true,
    timeoutMs: 60_000,
    run: (input) => attempt(async () => plainJson({ id: input.id, tests: await cartridges.test(input.id) })),
  })

  const call = createTool({
    name: 'call_cartridge',
    description:
      'Calls a cartridge: a backend with a request, a cognitive function with a value, a frontend with an event. It has no effect outside its own keys and values.',
    input: forgiving(
      z.object({
        id,
        request: z
          .object({
            method: z.string().optional(),
            path: z.string().default('/'),
            query: z.string().optional(),
            headers: z.record(z.string(), z.string()).optional(),
            body: z.string().optional(),
          })
          .optional(),
        value: z.json().optional(),
        event: z.json().optional(),
      }),
      { aliases: { id: idNames, value: ['input'] } },
    ),
    effect: 'self',
    contained: true,
    source: ({ id: asked }) => ({ kind: 'cartridge', name: asked, trust: 'foreign' }),
    timeoutMs: 60_000,
    run: ({ id: asked, request, value, event }) =>
      attempt(async () => {
        const { kind } = cartridges.get(asked)
        const order = {
          backend: { request: request ?? { path: '/' } },
          frontend: { event: event ?? { type: 'mount' } },
        }
        const given = kind === 'backend' || kind === 'frontend' ? order[kind] : { value: value ?? null }
        const view = await cartridges.perform(asked, callOrderSchema.parse(given))
        if (view.type === 'trap') throw new ToolError(view.message, { hint: 'read_cartridge shows its source and log' })
        const { durationMs, fuel } = view
        const answer = view.type === 'value' ? { value: view.value } : { status: view.status, body: view.body }
        return plainJson({ ...answer, durationMs, fuel })
      }),
  })

  const publish = createTool({
    name: 'publish_cartridge',
    description:
      'Lets anyone who reaches this agent use a cartridge at /c/ID, for nothing or for a price such as $0.01.',
    input: forgiving(z.object({ id, price: z.string().max(64).optional() }), { aliases: { id: idNames }, text: 'id' }),
    effect: 'self',
    timeoutMs: 10_000,
    assess: ({ id: asked, price }) => ({
      risk: {
        level: 'medium',
        reasons: [`anyone may use ${asked}${price === undefined ? '' : `, for ${price} a call`}`],
      },
      ask: true,
    }),
    run: ({ id: asked, price }) =>
      attempt(async () => {
        const view = await cartridges.publish(asked, { published: true, price: price ?? null })
        return plainJson({ id: asked, url: view.path, price: view.price })
      }),
    verify: async ({ id: asked, price }) =>
      found(
        cartridges.list().some((view) => view.id === asked && view.published && (view.price ?? undefined) === price),
        'anyone can use it',
        'it is not published as asked for',
      ),
  })

  const unpublish = createTool({
    name: 'unpublish_cartridge',
    description: 'Takes a cartridge from the public; it stays here.',
    input: onlyId,
    effect: 'self',
    contained: true,
    timeoutMs: 10_000,
    run: (input) =>
      attempt(async () => {
        await cartridges.publish(input.id, { published: false, price: null })
        return { id: input.id, published: false }
      }),
    verify: async ({ id: asked }) =>
      found(
        cartridges.list().some((view) => view.id === asked && !view.published),
        'nobody else can use it',
        'it is still published',
      ),
  })

  const rollback = createTool({
    name: 'rollback_cartridge',
    description: 'Goes back to the version of a cartridge that answered before. Its keys and values stay as they are.',
    input: onlyId,
    effect: 'self',
    contained: true,
    timeoutMs: 30_000,
    run: (input) =>
      attempt(async () => plainJson({ id: input.id, version: (await cartridges.rollback(input.id)).version })),
    verify: async ({ id: asked }, output) =>
      found(
        cartridges
          .list()
          .some((view) => view.id === asked && view.version === z.object({ version: z.json() }).parse(output).version),
        'that version answers',
        'another version answers',
      ),
  })

  const remove = createTool({
    name: 'remove_cartridge',
    description: 'Deletes a cartridge with its versions, keys and values.',
    input: onlyId,
    effect: 'self',
    timeoutMs: 30_000,
    assess: ({ id: asked }) => ({
      risk: { level: 'medium', reasons: [`deletes ${asked} with all its versions and what it keeps`] },
      ask: true,
    }),
    run: (input) =>
      attempt(async () => {
        await cartridges.remove(input.id)
        return { id: input.id, removed: true }
      }),
    verify: async ({ id: asked }) =>
      found(!cartridges.list().some((view) => view.id === asked), 'it is gone', 'it is still there'),
  })

  return [list, read, create, write, test, call, publish, unpublish, rollback, remove]
}

function edit(text: string, find: string, replace: string): string {
  const result = replacePassage(text, { find, replace, all: false })
  if (result.status === 'edited') return result.text
  throw new ToolError(result.reason, { kind: 'invalid', hint: `What is there: ${result.excerpt}` })
}

/** Tells mistakes of the caller from faults. */
async function attempt(work: () => Promise<JsonValue>): Promise<JsonValue> {
  try {
    return await work()
  } catch (error) {
    const codes = ['cartridge/unknown', 'cartridge/conflict', 'cartridge/input']
    if (!SalpError.is(error) || !codes.includes(error.code)) throw error
    throw new ToolError(error.message, { kind: 'invalid', cause: error })
  }
}

/** What a look afterwards found. */
function found(passed: boolean, yes: string, no: string): Verification {
  return { passed, detail: passed ? yes : no }
}
