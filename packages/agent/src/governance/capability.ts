/** What a turn may do: a token that only this agent makes, that can be narrowed and never widened, and that ends with its turn. */

import type { Clock } from '@salp/core'
import { z } from 'zod'
import type { Effect } from '../protocol.js'
import type { Assessment, Capability } from '../tool.js'
import { normalizePath } from '../tools/paths.js'
import { fitsGlob } from './policy-match.js'
import { field } from './source.js'

/** What to take away. What is absent stays as it was. */
export const narrowingSchema = z.strictObject({
  /** Names of the tools that are left; `*` stands for any run of characters. */
  tools: z.array(z.string().min(1).max(200)).max(200).optional(),
  /** Folders that are left, from the workspace. No command runs then, and no tool that changes files without naming one. */
  folders: z
    .array(z.string().min(1).max(1_000))
    .max(50)
    .refine(
      (folders) => folders.every((folder) => /^(?!\/|\.\.(?:\/|$))/.test(normalizePath(folder))),
      'folders of the workspace',
    )
    .optional(),
  /** Most to pay in all, in units of the token. */
  maxSpend: z.number().nonnegative().optional(),
  /** Time from now, in ms. */
  forMs: z.number().positive().optional(),
})

/** What to take away. */
export type Narrowing = z.infer<typeof narrowingSchema>

/** A call that a token is shown for. */
export interface CapabilityUse {
  readonly tool: { readonly name: string; readonly effect: Effect }
  readonly input: unknown
  readonly assessment: Pick<Assessment, 'spends'>
  readonly turnId: string
}

/** Makes tokens, and says what each is good for. */
export interface Capabilities {
  /** Makes the token of a turn, with everything that a turn may do. */
  mint(turnId: string): Capability
  /** Makes a token that is good for less, and for nothing once `from` is not. */
  narrow(from: Capability, narrowing: Narrowing): Capability
  /** Why a token is not good for a call; nothing if it is. */
  refusal(capability: Capability | undefined, use: CapabilityUse): string | undefined
  /** Counts what a call pays at most. @returns Gives it back, where nothing was paid. */
  spend(capability: Capability, amount: number): () => void
  /** Ends a token and all that were made from it. */
  revoke(capability: Capability, reason: string): void
  /** Ends every token that there is. */
  revokeAll(reason: string): void
}

interface Grant {
  readonly turnId: string
  readonly from: Grant | undefined
  readonly narrowing: Narrowing
  readonly until: number
  readonly epoch: number
  spent: number
  revoked: string | undefined
}

/** Creates the maker of tokens of one agent. */
export function createCapabilities({ clock }: { readonly clock: Pick<Clock, 'now'> }): Capabilities {
  const grants = new WeakMap<Capability, Grant>()
  let epoch = 0
  let ended = ''
  const issue = (grant: Grant): Capability => {
    const capability = Object.freeze({ turnId: grant.turnId })
    grants.set(capability, grant)
    return capability
  }
  const find = (capability: Capability): Grant => {
    const grant = grants.get(capability)
    if (grant === undefined) throw new RangeError('Cannot use an authority that was not given')
    return grant
  }
  const refusalOf = (grant: Grant, use: CapabilityUse): string | undefined => {
    if (grant.epoch !== epoch) return ended
    if (grant.revoked !== undefined) return grant.revoked
    if (clock.now() > grant.until) return 'its time is up'
    if (grant.turnId !== use.turnId) return 'it belongs to another turn'
    return narrowed(grant, use) ?? (grant.from && refusalOf(grant.from, use))
  }
  return {
    mint: (turnId) =>
      issue({
        turnId,
        from: undefined,
        narrowing: {},
        until: Number.POSITIVE_INFINITY,
        epoch,
        spent: 0,
        revoked: undefined,
      }),
    narrow(from, narrowing) {
      const parent = find(from)
      const until = narrowing.forMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + narrowing.forMs
      return issue({
        turnId: parent.turnId,
        from: parent,
        narrowing,
        until,
        epoch: parent.epoch,
        spent: 0,
        revoked: undefined,
      })
    },
    refusal(capability, use) {
      const grant = capability && grants.get(capability)
      return grant === undefined ? 'nobody gave it the authority' : refusalOf(grant, use)
    },
    spend(capability, amount) {
      const chain: Grant[] = []
      for (let grant: Grant | undefined = find(capability); grant !== undefined; grant = grant.from) chain.push(grant)
      for (const grant of chain) grant.spent += amount
      return () => {
        for (const grant of chain) grant.spent -= amount
      }
    },
    revoke(capability, reason) {
      find(capability).revoked ??= reason
    },
    revokeAll(reason) {
      epoch++
      ended = reason
    },
  }
}

function narrowed({ narrowing, spent }: Grant, { tool, input, assessment }: CapabilityUse): string | undefined {
  const { tools, folders, maxSpend } = narrowing
  if (tools !== undefined && !tools.some((pattern) => fitsGlob(pattern, tool.name)))
    return 'this turn may not use the tool'
  const spends = assessment.spends ?? 0
  if (maxSpend !== undefined && spends > 0 && spent + spends > maxSpend)
    return maxSpend === 0
      ? 'this turn may not pay'
      : `this turn may pay ${maxSpend} in all, of which ${maxSpend - spent} is left`
  return folders === undefined ? undefined : outside(folders, { tool, input })
}

function outside(
  folders: readonly string[],
  { tool, input }: Pick<CapabilityUse, 'tool' | 'input'>,
): string | undefined {
  if (tool.effect === 'execute') return 'this turn may not run commands, which reach every folder'
  const path = field(input, 'path')
  if (path === undefined)
    return tool.effect === 'write' ? 'this turn may change files only where they are named by "path"' : undefined
  const normal = normalizePath(path)
  const within = folders
    .map(normalizePath)
    .some((folder) =>
      folder === '.' ? /^(?!\/|\.\.(?:\/|$))/.test(normal) : normal === folder || normal.startsWith(`${folder}/`),
    )
  return within ? undefined : `this turn may work in ${folders.join(', ')} alone, by paths from the workspace`
}
