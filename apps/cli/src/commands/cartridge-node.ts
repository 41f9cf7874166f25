/** Commands of `salp cartridge` that work with the node that runs. */

import type { BuildView, CartridgeView } from '@salp/cartridge'
import type { Command } from 'commander'
import { UsageError } from '../cli-errors.js'
import type { Api } from '../client/api.js'
import { ApiError } from '../client/api-error.js'
import { withStayingNode } from '../client/staying-node.js'
import { exitCodes } from '../exit-codes.js'
import { type Invocation, note, print } from '../invocation.js'
import type { ToAction } from './action.js'
import { addCallOptions, type CallOptions } from './call-options.js'

interface PushOptions {
  readonly id?: string
  readonly build?: true
}

interface PublishOptions {
  readonly price?: string
  readonly off?: true
}

const idArgument = ['<id>', 'its id, as list shows it'] as const

/** How often a log is asked for more, in ms. */
const logPauseMs = 1_000

/** Adds the commands. */
export function addNodeCommands(cartridge: Command, toAction: ToAction): void {
  cartridge
    .command('list')
    .description('cartridges of the node')
    .action(
      toAction((invocation) =>
        withStayingNode(invocation, async (api) => {
          const { renderCartridges } = await import('../render/cartridge.js')
          const { cartridges } = await api.cartridges.list()
          print(
            invocation,
            { cartridges },
            (shown, style) =>
              renderCartridges(shown.cartridges, style, invocation.io.clock.now()) ||
              'No cartridges yet: salp cartridge new, then salp cartridge push',
          )
        }),
      ),
    )
  cartridge
    .command('push')
    .description('give a folder to the node as a draft; with --build it answers from then on')
    .argument('[folder]', 'where cartridge.json is', '.')
    .option('--id <id>', 'its id on the node (default: made from its name)')
    .option('--build', 'build it there: what answered before goes on if that fails')
    .action(toAction(push))
  cartridge
    .command('publish')
    .description('let anyone call it, free or for a price')
    .argument(...idArgument)
    .option('--price <amount>', "of a call, such as '$0.01' (default: free)")
    .option('--off', 'take it back')
    .action(
      toAction((invocation, id: string, { price, off }: PublishOptions) => {
        if (off === true && price !== undefined) throw new UsageError('Say either --price or --off')
        return withStayingNode(invocation, async (api) => {
          await api.cartridges.publish(id, { published: off !== true, price: price ?? null })
          await showCartridge(invocation, api, id)
        })
      }),
    )
  cartridge
    .command('rollback')
    .description('go back to the version that answered before; what it kept stays')
    .argument(...idArgument)
    .action(
      toAction((invocation, id: string) =>
        withStayingNode(invocation, async (api) => {
          await api.cartridges.rollBack(id)
          await showCartridge(invocation, api, id)
        }),
      ),
    )
  addCallOptions(
    cartridge
      .command('call')
      .description('call a cartridge of the node')
      .argument(...idArgument),
  ).action(
    toAction((invocation, id: string, { stats, ...words }: CallOptions) =>
      withStayingNode(invocation, async (api) => {
        const [{ readOrder }, { showCall }] = await Promise.all([
          import('../cartridge/calls.js'),
          import('../cartridge/run-project.js'),
        ])
        const { kind } = await api.cartridges.show(id)
        if (kind === 'interactive') throw new UsageError('An interactive cartridge is not called: Studio shows it')
        const view = await api.cartridges.call(id, readOrder(kind, words), { signal: invocation.signal })
        return showCall(invocation, view, { tree: kind === 'frontend', stats })
      }),
    ),
  )
  cartridge
    .command('logs')
    .description('what it said; the last 500 lines since the node began')
    .argument(...idArgument)
    .option('-f, --follow', 'and what it says from now on, until Ctrl-C')
    .action(toAction(showLogs))
}

async function push(invocation: Invocation, folder: string, options: PushOptions): Promise<number> {
  const [{ openProject }, { slugSchema }] = await Promise.all([
    import('../cartridge/bench.js'),
    import('@salp/cartridge'),
  ])
  const { path, project } = await openProject(invocation, folder)
  const { kind, language, draft } = project
  const id = options.id ?? project.id
  if (!slugSchema.safeParse(id).success)
    throw new UsageError(`Cannot use the id "${id}": 1 to 64 of a-z, 0-9 and "-", with none at its ends`)
  return withStayingNode(invocation, async (api) => {
    const there = await findCartridge(api, id)
    if (there !== undefined && (there.kind !== kind || there.language !== language))
      throw new UsageError(`"${id}" is ${there.kind} in ${there.language} on the node. Choose another id: --id`)
    if (there === undefined) await api.cartridges.create({ id, kind, language, ...draft })
    else await api.cartridges.change(id, { ...draft, page: draft.page ?? null, port: draft.port ?? null })
    if (options.build !== true) {
      if (!invocation.json)
        note(invocation, `Kept as a draft. To make it answer: salp cartridge push ${folder} --build`)
      await showCartridge(invocation, api, id)
      return exitCodes.done
    }
    return build(invocation, api, { id, path })
  })
}

async function findCartridge(api: Api, id: string): Promise<CartridgeView | undefined> {
  try {
    return await api.cartridges.show(id)
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

async function build(
  invocation: Invocation,
  api: Api,
  { id, path }: { readonly id: string; readonly path: string },
): Promise<number> {
  const { io, json, signal, statusLine, styles } = invocation
  statusLine.show('Building')
  let built: BuildView
  try {
    built = await api.cartridges.build(id, { signal })
  } finally {
    statusLine.clear()
  }
  if (json) io.stdout.write(`${JSON.stringify({ id, ...built }, null, 2)}\n`)
  else {
    const [{ renderBuildView }, { shownPath }] = await Promise.all([
      import('../render/cartridge.js'),
      import('../cartridge/bench.js'),
    ])
    const text = renderBuildView(built, shownPath(invocation, path), styles.stdout)
    if (built.status === 'failed') note(invocation, text)
    else io.stdout.write(`${text}\n`)
    if (built.status === 'active') await showCartridge(invocation, api, id)
  }
  return built.status === 'active' ? exitCodes.done : exitCodes.failed
}

async function showCartridge(invocation: Invocation, api: Api, id: string): Promise<void> {
  const [view, { renderCartridge }] = await Promise.all([api.cartridges.show(id), import('../render/cartridge.js')])
  print(invocation, { ...view, url: new URL(view.path, api.url).href }, renderCartridge)
}

async function showLogs(invocation: Invocation, id: string, { follow }: { follow?: true }): Promise<void> {
  const { io, json, interrupts, signal, styles } = invocation
  const { renderLogLine } = await import('../render/cartridge.js')
  await withStayingNode(invocation, async (api) => {
    let after = 0
    const show = async (options: { signal?: AbortSignal }): Promise<number> => {
      const { lines } = await api.cartridges.logs(id, after, options)
      for (const line of lines) io.stdout.write(`${json ? JSON.stringify(line) : renderLogLine(line, styles.stdout)}\n`)
      after = lines.at(-1)?.number ?? after
      return lines.length
    }
    if (follow !== true) {
      if ((await show({ signal })) === 0 && !json) note(invocation, 'It said nothing yet')
      return
    }
    const leaving = new AbortController()
    const release = interrupts.claim(() => leaving.abort())
    const ends = AbortSignal.any([signal, leaving.signal])
    try {
      for (;;) {
        await show({ signal: ends })
        await io.clock.sleep(logPauseMs, { signal: ends })
      }
    } catch (error) {
      // Ctrl-C is how one stops to follow.
      if (!leaving.signal.aborted || signal.aborted) throw error
    } finally {
      release()
    }
  })
}
