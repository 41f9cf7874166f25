/** What tools say to a workshop of cartridges over HTTP: shapes of requests and answers. */

import { z } from 'zod'
import type { Diagnostic } from './compile/compiler.js'
import { httpHostSchema } from './http-hosts.js'
import { slugSchema } from './manifest.js'
import { type Capability, capabilities, type Kind, kinds } from './rewrite/abi.js'

/**
 * Languages a cartridge is written in. A `script` is TypeScript or JavaScript, run by an interpreter that is metered itself;
 * `rust` is there where the machine has its compiler.
 */
export const languages = ['assemblyscript', 'script', 'rust'] as const

/** One of {@link languages}. */
export type Language = (typeof languages)[number]

const maxSource = 262_144
const name = z.string().trim().min(1).max(100)
const text = z.string().max(65_536)

/** A request, as tests and tools write one; what is left out is empty, and the method `GET`. */
export const testRequestSchema = z.strictObject({
  method: z
    .string()
    .regex(/^[A-Z]{1,20}$/)
    .default('GET'),
  path: z.string().startsWith('/').max(8_192),
  query: z.string().max(8_192).default(''),
  headers: z.record(z.string(), z.string()).default({}),
  body: text.default(''),
})

/** What a cartridge is held to, by kind; a version that fails one is not let in. */
export const cartridgeTestSchema = z.union([
  /** A backend. Without `status`, any below 400 will do. */
  z.strictObject({
    name,
    request: testRequestSchema,
    status: z.int().min(200).max(599).optional(),
    /** The whole body. */
    body: text.optional(),
    /** A part of the body. */
    contains: text.optional(),
  }),
  /** A cognitive function; JSON both ways. */
  z.strictObject({ name, input: z.json(), output: z.json() }),
  /** A frontend: events after `mount`, and a text that the last tree has somewhere. */
  z.strictObject({ name, events: z.array(z.json()).max(100), contains: text }),
  /** An interactive cartridge: keys pressed one frame each, then frames; `changes`: whether the picture does. */
  z.strictObject({
    name,
    keys: z.array(z.int().min(0).max(255)).max(100).default([]),
    frames: z.int().min(1).max(600),
    changes: z.boolean().default(true),
  }),
])

/** One of the tests of a cartridge. */
export type CartridgeTest = z.output<typeof cartridgeTestSchema>

const draftShape = z.strictObject({
  name,
  description: z.string().trim().max(500),
  source: z.string().max(maxSource),
  /** HTML document of a frontend, shown in a frame of its own instead of its tree. */
  page: z.string().max(maxSource).optional(),
  capabilities: z.array(z.enum(capabilities)),
  /** Cartridges it may call; needs the capability `call`. */
  callTargets: z.array(slugSchema).max(32),
  /** Other machines it may ask; needs the capability `http`, and that the operator grants each. */
  httpHosts: z.array(httpHostSchema).max(32),
  /** Port that a cognitive function may take over. */
  port: z.string().max(60).optional(),
  tests: z.array(cartridgeTestSchema).max(100),
})

/** What its author writes of a cartridge. Older ones name no hosts. */
export const draftSchema = draftShape.extend({ httpHosts: draftShape.shape.httpHosts.default([]) })

/** What its author writes of a cartridge. */
export type CartridgeDraft = z.output<typeof draftSchema>

/** `POST /api/cartridges`: from a template, or from a kind; what else is given replaces what that has. */
export const createOrderSchema = draftShape.partial().extend({
  /** @defaultValue made from the name */
  id: slugSchema.optional(),
  /** Id of a template, or words that it is known by: `snake game`. */
  template: z.string().trim().min(1).max(100).optional(),
  /** @defaultValue of the template; `backend` without one */
  kind: z.enum(kinds).optional(),
  /** @defaultValue of the template; `assemblyscript` without one */
  language: z.enum(languages).optional(),
})

/** {@link createOrderSchema} as it is sent. */
export type CreateOrder = z.input<typeof createOrderSchema>

/** `PATCH /api/cartridges/:id`: what changes in the draft. */
export const changeOrderSchema = draftShape.partial().extend({
  /** `null` takes the page or the port away. */
  page: draftShape.shape.page.nullable(),
  port: draftShape.shape.port.nullable(),
  /** Revision that the change was made upon; another one since is a conflict. @defaultValue whatever is there */
  revision: z.int().positive().optional(),
})

/** {@link changeOrderSchema} as it is sent. */
export type ChangeOrder = z.input<typeof changeOrderSchema>

/** `POST /api/cartridges/check`: what the compiler says of a source that is not kept. Answers {@link CheckView}. */
export const checkOrderSchema = z.strictObject({
  kind: z.enum(kinds),
  language: z.enum(languages),
  source: z.string().max(maxSource),
})

/** What a compiler says. */
export interface CheckView {
  readonly ok: boolean
  readonly diagnostics: readonly Diagnostic[]
  readonly durationMs: number
}

/** `POST /api/cartridges/:id/publish`. A price is text such as `$0.01`. */
export const publishOrderSchema = z.strictObject({
  published: z.boolean(),
  price: z.string().trim().min(1).max(64).nullable().default(null),
})

/** `POST /api/cartridges/:id/call`: what fits its kind. Answers {@link CallView}. */
export const callOrderSchema = z.union([
  z.strictObject({ request: testRequestSchema }),
  z.strictObject({ value: z.json() }),
  z.strictObject({ event: z.json() }),
])

/** {@link callOrderSchema} as it is sent. */
export type CallOrder = z.input<typeof callOrderSchema>

/** What came of a call. */
export type CallView = CallUse &
  (
    | {
        readonly type: 'response'
        readonly status: number
        readonly headers: readonly (readonly [name: string, value: string])[]
        /** As text; bytes that are none are replaced. */
        readonly body: string
      }
    | { readonly type: 'value'; readonly value: unknown }
    /** The call was ended: `cartridge/` + reason. */
    | { readonly type: 'trap'; readonly code: string; readonly message: string }
  )

/** What a call used. */
export interface CallUse {
  readonly version: number
  readonly durationMs: number
  /** Units; absent where it was ended. */
  readonly fuel?: number | undefined
  readonly memoryBytes?: number | undefined
}

/** Something to begin from. */
export interface TemplateView {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly kind: Kind
  readonly language: Language
  /** Words it is known by. */
  readonly words: readonly string[]
}

/** A cartridge in a list; `GET /api/cartridges` gives `{ cartridges, templates, languages }`, those that can be compiled there. */
export interface CartridgeSummary {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly kind: Kind
  readonly language: Language
  readonly capabilities: readonly Capability[]
  /** The version that answers; absent before the first one. */
  readonly version?: number | undefined
  /** Whether the draft differs from that version. */
  readonly changed: boolean
  readonly published: boolean
  readonly price?: string | undefined
  /** Where anyone finds it while it is published. */
  readonly path: string
  /** In ms since the epoch. */
  readonly changedAt: number
  readonly use: CartridgeUse
}

/** How it was used since the process began. */
export interface CartridgeUse {
  readonly calls: number
  /** Calls that were ended. */
  readonly traps: number
  /** In ms since the epoch. */
  readonly lastAt?: number | undefined
  /** Of the calls that succeeded: mean ms and mean units. */
  readonly meanMs?: number | undefined
  readonly meanFuel?: number | undefined
  /** The last ended call: its code and message. */
  readonly lastTrap?: { readonly code: string; readonly message: string; readonly at: number } | undefined
}

/** A version that was let in. */
export interface VersionView {
  readonly number: number
  /** In ms since the epoch. */
  readonly createdAt: number
  /** Of what runs: SHA-256 and bytes. */
  readonly sha256: string
  readonly bytes: number
  readonly active: boolean
}

/** `GET /api/cartridges/:id`. */
export interface CartridgeView extends CartridgeSummary {
  readonly draft: CartridgeDraft
  /** Grows with each change of the draft. */
  readonly revision: number
  /** Newest first. */
  readonly versions: readonly VersionView[]
}

/** `GET /api/cartridges/:id/versions/:number`: what a version was made from. */
export interface VersionDetail extends VersionView {
  readonly draft: CartridgeDraft
}

/** What a test came to. */
export interface TestView {
  readonly name: string
  readonly passed: boolean
  /** What was there instead, if it failed. */
  readonly detail?: string | undefined
}

/** `POST /api/cartridges/:id/build`: the draft compiled, tried, tested and made the active version. */
export type BuildView =
  | {
      readonly status: 'active'
      readonly version: number
      /** Warnings. */
      readonly diagnostics: readonly Diagnostic[]
      readonly tests: readonly TestView[]
      readonly compileMs: number
      /** Check, rewriting, trial and tests. */
      readonly installMs: number
    }
  | {
      readonly status: 'failed'
      /** Where it failed; what ran before goes on. */
      readonly stage: 'compile' | 'check' | 'trial' | 'tests'
      readonly message: string
      readonly diagnostics: readonly Diagnostic[]
      readonly tests: readonly TestView[]
    }

/** `GET /api/cartridges/:id/logs?after=N` gives `{ lines }`, oldest first; the last 500 since the process began. */
export interface LogLine {
  /** Grows by one a line. */
  readonly number: number
  /** In ms since the epoch. */
  readonly at: number
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly text: string
}

/** A key with its value; `GET /api/cartridges/:id/kv?prefix=&after=` gives `{ entries, next, keys, bytes }`, in order of keys. */
export interface KvEntryView {
  readonly key: string
  readonly bytes: number
  /** As text, cut to 4096 characters; bytes that are none are replaced. */
  readonly text: string
}

/** `PUT /api/cartridges/:id/kv`: a value that is set, or with `null` deleted. */
export const kvOrderSchema = z.strictObject({ key: z.string().min(1).max(256), value: text.nullable() })

/** What became of a cartridge at a port. */
export const portDecisions = ['shadowed', 'promoted', 'refused', 'rolled-back', 'withdrawn'] as const

/** A decision of a port. */
export interface PortDecision {
  /** In ms since the epoch. */
  readonly at: number
  readonly cartridge: string
  readonly version: number
  readonly decision: (typeof portDecisions)[number]
  readonly why: string
}

/** A place of the agent's own workings that a cartridge may take over; `GET /api/ports` gives `{ ports }`. */
export interface PortView {
  readonly name: string
  readonly description: string
  /** What it asks and takes. */
  readonly contract: string
  /** A case that authors may see. */
  readonly example?: { readonly input: unknown; readonly truth: unknown } | undefined
  /** Questions whose truth is known. */
  readonly cases: number
  /** Who answers; the built-in if nobody is named. `difference`: its mean loss less that of the built-in. */
  readonly active?: PortStanding | undefined
  /** Who runs beside it; `past` cases were measured at once, `needed` new ones are before a promotion. */
  readonly shadow?: (PortStanding & { readonly past: number; readonly needed: number }) | undefined
  /** Newest first. */
  readonly decisions: readonly PortDecision[]
}

/** How a cartridge does at a port. */
export interface PortStanding {
  readonly cartridge: string
  readonly version: number
  /** New cases. */
  readonly cases: number
  readonly difference: number
}
