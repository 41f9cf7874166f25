/** Looks at files and feeds for routines. */

import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { globMatcher } from '@salp/code'
import { SalpError } from '@salp/core'
import { readFeed } from '../routines/read-feed.js'
import type { RoutinesDeps, Sight, WatchTrigger } from '../routines/routines.js'
import { type GuardedFetchOptions, guardedFetch } from './tools/guarded-fetch.js'
import { walk } from './tools/walk.js'
import { createWorkspace } from './tools/workspace.js'

/** What may be looked at. */
export interface LookOptions extends Pick<GuardedFetchOptions, 'allowHosts' | 'resolve'> {
  /** Folder that relative ones are below. */
  readonly folder: string
  /** Paths that are not shown, such as the home folder. */
  readonly protect: readonly string[]
  /** Nothing leaves the machine: feeds are not looked at. @defaultValue `false` */
  readonly airGap?: boolean | undefined
}

/** Files that one watcher follows. */
const maxFiles = 20_000

/**
 * Looks for what a watcher is to see: files by size and time of change, without what git ignores; entries of feeds at
 * public addresses.
 *
 * @throws {@link WatchError} (`agent/watch`), FeedError (`agent/feed-invalid`), ToolError.
 */
export function createLook({
  folder,
  protect,
  airGap = false,
  allowHosts,
  resolve: resolveName,
}: LookOptions): RoutinesDeps['look'] {
  return async (trigger, { signal }) => {
    if (trigger.type === 'files')
      return files({ ...trigger, folder: resolve(folder, trigger.folder) }, { protect, signal })
    if (airGap) throw new WatchError(`"${trigger.url}" is elsewhere, and agent.airGap keeps everything on this machine`)
    return feed(trigger.url, { signal, timeoutMs: 60_000, maxBytes: 8_000_000, allowHosts, resolve: resolveName })
  }
}

async function files(
  { folder, glob }: Extract<WatchTrigger, { type: 'files' }>,
  { protect, signal }: { readonly protect: readonly string[]; readonly signal: AbortSignal },
): Promise<Sight[]> {
  const workspace = await createWorkspace(folder, { protect: [...protect] })
  const fits = globMatcher(glob)
  const sights: Sight[] = []
  for await (const { path, kind } of walk(workspace, await workspace.locate('.'), { depth: 64, signal })) {
    if (kind !== 'file' || !fits(path)) continue
    // It may be gone since.
    const found = await stat(join(workspace.root, path)).catch(() => undefined)
    if (found === undefined) continue
    sights.push({ key: path, version: `${found.size} ${found.mtimeMs}`, line: path })
    if (sights.length > maxFiles)
      throw new WatchError(`"${folder}" has more than ${maxFiles} files that fit "${glob}"; narrow it`)
  }
  return sights
}

async function feed(url: string, options: GuardedFetchOptions): Promise<Sight[]> {
  const { status, bytes, truncated } = await guardedFetch(url, options)
  if (status !== 200) throw new WatchError(`"${url}" answered ${status}`)
  if (truncated) throw new WatchError(`"${url}" is longer than ${options.maxBytes} bytes`)
  return readFeed(new TextDecoder().decode(bytes))
}

/** Something that cannot be watched: `agent/watch`. */
class WatchError extends SalpError {
  constructor(why: string) {
    super('agent/watch', `Cannot watch: ${why}`)
  }
}
