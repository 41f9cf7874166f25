/** Runs a layout beside the page, and sends where names stand. */

import { createLayout, type Layout, type LayoutInput } from './layout.js'

/** What the page tells the worker. */
export type LayoutOrder =
  | ({ readonly type: 'start' } & LayoutInput)
  | { readonly type: 'hold'; readonly index: number; readonly x: number; readonly y: number }
  | { readonly type: 'release'; readonly index: number }

/** What the worker tells the page. */
export interface LayoutNews {
  readonly positions: Float32Array<ArrayBuffer>
  readonly settled: boolean
}

/** How long steps are taken before the page is told, in ms. */
const sliceMs = 24

let layout: Layout | undefined
let running = false

addEventListener('message', ({ data }: MessageEvent<LayoutOrder>) => {
  if (data.type === 'start') layout = createLayout(data)
  else if (data.type === 'hold') layout?.hold(data.index, data.x, data.y)
  else layout?.release(data.index)
  if (!running) run()
})

function run(): void {
  if (layout === undefined) return
  const until = performance.now() + sliceMs
  let more = layout.step()
  while (more && performance.now() < until) more = layout.step()
  running = more
  const news: LayoutNews = { positions: layout.positions(), settled: !more }
  postMessage(news, { transfer: [news.positions.buffer] })
  // Between slices, orders are heard.
  if (more) setTimeout(run)
}
