/** `salp cartridge run`: one call of what a folder holds, some frames of it, or all of them in the terminal. */

import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { CallView } from '@salp/cartridge'
import { parseTree } from '@salp/cartridge/host'
import type { ThreadHost } from '@salp/cartridge/node'
import { UsageError } from '../cli-errors.js'
import { exitCodes } from '../exit-codes.js'
import { type Invocation, note, print } from '../invocation.js'
import { renderFrames, renderHead, renderPlayed, renderTree, renderUse } from '../render/cartridge.js'
import { visible } from '../render/visible.js'
import { type BuildOptions, openProject, withBuilt } from './bench.js'
import { type CallWords, perform, readOrder, runFrames } from './calls.js'
import { type Played, play } from './play.js'
import { encodePng } from './png.js'
import type { Project } from './project.js'
import type { BuiltProject, Workbench } from './workbench.js'

/** What is typed of a run. */
export interface RunWords extends CallWords, BuildOptions {
  readonly frames?: number
  readonly keys?: readonly number[]
  readonly png?: string
  readonly stats?: true
}

/** Frames that are run where none are asked for: a second. */
const someFrames = 60

/** Builds a folder and calls what it is. @returns The exit code. */
export async function runProject(
  invocation: Invocation,
  folder: string,
  { optimize, ...words }: RunWords,
): Promise<number> {
  const opened = await openProject(invocation, folder)
  const { project } = opened
  const work = project.kind === 'interactive' ? toDraw(project, words) : toCall(project, project.kind, words)
  const options = { ...opened, ...(optimize && { optimize }) }
  const exitCode = await withBuilt(invocation, options, (bench, built) => work(invocation, bench, built))
  return exitCode ?? exitCodes.failed
}

/** What is done with a project that was built; words that do not fit it are refused before that. */
type RunWork = (invocation: Invocation, bench: Workbench, built: BuiltProject) => Promise<number>

function toCall(
  { id }: Project,
  kind: Exclude<Project['kind'], 'interactive'>,
  { frames, keys, png, stats, ...words }: RunWords,
): RunWork {
  if (frames !== undefined || keys !== undefined || png !== undefined)
    throw new UsageError(`A ${kind} cartridge draws nothing: --frames, --keys and --png are for interactive ones`)
  const order = readOrder(kind, words)
  return async (invocation, { host }, { version }) => {
    const view = await perform({ host, clock: invocation.io.clock }, { id, version }, order)
    return showCall(invocation, view, { tree: kind === 'frontend', stats })
  }
}

/** Shows what came of a call. @returns The exit code. */
export function showCall(
  invocation: Invocation,
  view: CallView,
  { tree, stats }: { readonly tree: boolean; readonly stats?: true | undefined },
): number {
  const { io, json, styles } = invocation
  if (json) print(invocation, view, () => '')
  else if (view.type === 'trap') note(invocation, styles.stderr.paint.red(`${visible(view.message)} (${view.code})`))
  else if (view.type === 'response') {
    note(invocation, renderHead(view, styles.stderr))
    // A program gets the body as it is; a terminal must not obey it.
    if (io.stdout.isTTY !== true) io.stdout.write(view.body)
    else if (view.body !== '') io.stdout.write(`${visible(view.body).replace(/\n$/, '')}\n`)
  } else io.stdout.write(`${tree ? renderTree(parseTree(view.value)) : visible(JSON.stringify(view.value, null, 2))}\n`)
  if (stats === true && !json) note(invocation, renderUse(view, styles.stderr))
  return view.type === 'trap' ? exitCodes.failed : exitCodes.done
}

function toDraw({ id, draft }: Project, { frames, keys, png, stats, ...words }: RunWords): RunWork {
  const [stray] = Object.keys(words)
  if (stray !== undefined)
    throw new UsageError(`An interactive cartridge takes --frames, --keys and --png, not --${stray}`)
  return async (invocation, { host }) => {
    const { io, json, styles } = invocation
    const seen = io.stdin.isTTY === true && io.stdout.isTTY === true && !json
    if (seen && frames === undefined && keys === undefined && png === undefined) {
      const played = await playHere(invocation, host, id)
      if (stats === true) note(invocation, `${draft.name}: ${renderPlayed(played)}`)
      return exitCodes.done
    }
    const { view, picture } = await runFrames(host, id, { frames: frames ?? someFrames, keys: keys ?? [] })
    const { width, height } = picture
    if (png !== undefined) {
      await writeFile(resolve(io.folder, png), encodePng(picture))
      note(invocation, `Wrote ${png}`)
    }
    print(invocation, { ...view, width, height }, (shown) => renderFrames(shown, shown))
    if (stats === true && !json) note(invocation, renderUse(view, styles.stderr))
    return exitCodes.done
  }
}

async function playHere({ io, signal }: Invocation, host: ThreadHost, id: string): Promise<Played> {
  const trueColor = /^(?:truecolor|24bit)$/.test(io.environment.COLORTERM ?? '')
  const played = await play(
    { clock: io.clock, stdin: io.stdin, stdout: io.stdout, call: (name, input) => host.call(id, name, input) },
    { trueColor, signal },
  )
  signal.throwIfAborted()
  return played
}
