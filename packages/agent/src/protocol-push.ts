/** Notifications on people's devices, as they go over HTTP and to the device. */

import { z } from 'zod'

/** What a device wants to hear of. */
export const pushKindsSchema = z.object({
  /** A call waits for a person. */
  approvals: z.boolean().default(true),
  /** The agent asks something. */
  questions: z.boolean().default(true),
  /** A task that it does alone is done, or needs a person. */
  tasks: z.boolean().default(true),
})

/** What a device wants to hear of. */
export type PushKinds = z.infer<typeof pushKindsSchema>

/** A device, as its browser's `PushSubscription` says it. */
export const pushOrderSchema = z.object({
  endpoint: z.url().max(2_000),
  /** As base64url: a point of P-256, and 16 bytes. */
  keys: z.object({ p256dh: z.string().regex(/^[\w-]{86,88}=*$/), auth: z.string().regex(/^[\w-]{22}=*$/) }),
  /** What a person calls it. @defaultValue as before, or `A browser` */
  label: z.string().trim().min(1).max(80).optional(),
  /** @defaultValue everything, or what the device wanted before. */
  kinds: pushKindsSchema.optional(),
  /** Endpoint that the browser gave up for this one. */
  replaces: z.string().max(2_000).optional(),
})

/** A device that is to be told. */
export type PushOrder = z.input<typeof pushOrderSchema>

/** A device that is told. Times in ms since the epoch. */
export const pushDeviceSchema = z.object({
  endpoint: z.string(),
  label: z.string(),
  kinds: pushKindsSchema,
  createdAt: z.number(),
  /** When its push service last took something. */
  reachedAt: z.number().optional(),
})

/** A device that is told. */
export type PushDevice = z.infer<typeof pushDeviceSchema>

/** Which devices are told, and the key that they subscribe with. */
export const pushViewSchema = z.object({
  /** Of this node, as base64url: `applicationServerKey`. */
  publicKey: z.string(),
  devices: z.array(pushDeviceSchema),
})

/** Which devices are told. */
export type PushView = z.infer<typeof pushViewSchema>

/** What a device shows. */
export interface PushNotice {
  readonly title: string
  /** At most 200 characters, without secrets. */
  readonly body: string
  /** A later notice of the same tag takes its place. */
  readonly tag: string
  /** Hash of the page of Studio that it leads to. */
  readonly hash: string
  /** A call that a person may decide on, there. */
  readonly decides?: boolean | undefined
}
