/** Plays one published cartridge in the whole window: `/c/<id>`. */

import { connectPage, mountScreen, mountTree, type ScreenEnd, type WorkerCartridge } from '@salp/cartridge/browser'
import { framesOf, openInPage } from '../cartridges/run/open-in-page.js'
import { mountPad } from '../cartridges/run/pad.js'
import { explainTrap } from '../cartridges/words.js'
import { type PlayerManifest, readManifest } from './manifest.js'
import './player.css'

const root = document.getElementById('root')
if (!root) throw new TypeError('Cannot play: the page has no element #root')

const place = location.pathname.replace(/\/$/, '')

async function main(parent: HTMLElement): Promise<void> {
  const manifest = readManifest(await (await get(`${place}/manifest.json`)).json())
  document.title = manifest.name
  const module = await get(`${place}/module.wasm?v=${manifest.version}`)
  const bytes = new Uint8Array(await module.arrayBuffer())
  const show = (): void => void start(parent, manifest, bytes).catch((error) => tell(parent, explainTrap(error), show))
  show()
}

async function start(parent: HTMLElement, manifest: PlayerManifest, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const running = new AbortController()
  const { id, kind, language, capabilities } = manifest
  const cartridge = await openInPage(
    { id, kind, language, capabilities, bytes },
    { signal: running.signal, log: () => undefined },
  )
  const again = (): void => {
    running.abort()
    start(parent, manifest, bytes).catch((error) => tell(parent, explainTrap(error), again))
  }
  if (kind === 'interactive') play(parent, manifest, cartridge, { again, signal: running.signal })
  else await use(parent, manifest, cartridge, again)
}

function play(
  parent: HTMLElement,
  { name }: PlayerManifest,
  cartridge: WorkerCartridge,
  { again, signal }: { again: () => void; signal: AbortSignal },
): void {
  const canvas = document.createElement('canvas')
  canvas.tabIndex = 0
  canvas.setAttribute('role', 'application')
  canvas.setAttribute('aria-label', name)
  const pad = document.createElement('div')
  pad.className = 'pad'
  parent.className = 'playing'
  parent.replaceChildren(canvas, pad)
  const onEnd = (end: ScreenEnd): void =>
    tell(parent, end.status === 'ended' ? { title: 'It has ended.', detail: '' } : explainTrap(end.error), again)
  const loop = mountScreen({ canvas, cartridge, nextFrame: framesOf(canvas, signal), onEnd })
  mountPad(pad, loop.press)
  canvas.focus()
}

async function use(
  parent: HTMLElement,
  { name, hasPage }: PlayerManifest,
  cartridge: WorkerCartridge,
  again: () => void,
): Promise<void> {
  const render = async (event: unknown) => (await cartridge.call('render', { event })).output
  if (hasPage) {
    const frame = document.createElement('iframe')
    frame.title = name
    frame.setAttribute('sandbox', 'allow-scripts')
    connectPage({ frame, render })
    frame.src = `${place}/page`
    parent.className = 'framing'
    parent.replaceChildren(frame)
    return
  }
  const tree = await render({ type: 'mount' })
  const element = document.createElement('section')
  element.setAttribute('aria-label', name)
  parent.className = 'using'
  parent.replaceChildren(element)
  const mounted = mountTree(element, tree, (event) => {
    render(event).then(mounted.update, (error: unknown) => tell(parent, explainTrap(error), again))
  })
}

/** Says why it does not go on, and offers to begin again. */
function tell(parent: HTMLElement, { title, detail }: { title: string; detail: string }, again?: () => void): void {
  const note = document.createElement('div')
  note.className = 'note'
  note.setAttribute('role', 'alert')
  const heading = document.createElement('strong')
  heading.textContent = title
  const text = document.createElement('p')
  text.textContent = detail
  note.append(heading, text)
  if (again !== undefined) {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = 'Start again'
    button.addEventListener('click', again)
    note.append(button)
  }
  parent.append(note)
  note.querySelector('button')?.focus()
}

async function get(url: string): Promise<Response> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new Error('It cannot be reached', { cause })
  })
  if (response.ok) return response
  throw new Error(
    response.status === 404 ? 'There is nothing here any more' : `It cannot be loaded (${response.status})`,
  )
}

main(root).catch((error: unknown) =>
  tell(root, { title: error instanceof Error ? error.message : String(error), detail: '' }),
)
