/** The picture of names on a canvas: it follows the layout, and the hand. */

import { type Camera, fit, type Point, pan, type Size, toWorld, zoomAt } from './camera.js'
import { followHand } from './gestures.js'
import type { LayoutNews, LayoutOrder } from './layout.worker.js'
import { type Palette, paint } from './paint.js'
import { nameAt, type Scene, topicColours } from './scene.js'

/** What a picture asks of the page. */
export interface PictureDeps {
  readonly canvas: HTMLCanvasElement
  /** Lays out beside the page; it is ended with the picture. */
  readonly worker: Worker
  /** A name was chosen; −1 if none was. */
  onChoose(index: number): void
}

/** See {@link createPicture}. */
export interface Picture {
  /** Shows a graph. Names that were shown before go on from where they stood. */
  show(scene: Scene): void
  /** Marks a name as opened; −1 marks none. */
  select(index: number): void
  /** Brings a name into the middle. */
  lookAt(index: number): void
  /** Looks at one topic by its colour; −1 for all. */
  lookAtTopic(colour: number): void
  /** Zooms around the middle. */
  zoom(factor: number): void
  /** Brings all names into view. */
  fit(): void
  close(): void
}

/** Reach of a pointer around a name, in CSS pixels. */
const reachPx = 8

/** Time after which a picture that moved is drawn in full, in ms. */
const restMs = 140

/** What a key moves the picture by, in CSS pixels, and zooms it by. */
const panKeys = new Map<string, readonly [dx: number, dy: number]>([
  ['ArrowLeft', [60, 0]],
  ['ArrowRight', [-60, 0]],
  ['ArrowUp', [0, 60]],
  ['ArrowDown', [0, -60]],
])
const zoomKeys = new Map([
  ['+', 1.35],
  ['=', 1.35],
  ['-', 1 / 1.35],
])

/** Begins to draw on a canvas. */
export function createPicture({ canvas, worker, onChoose }: PictureDeps): Picture {
  const context = canvas.getContext('2d')
  if (context === null) throw new TypeError('Cannot draw: this browser gives no canvas')
  const ended = new AbortController()
  const { signal } = ended
  let scene: Scene | undefined
  let positions = new Float32Array(0)
  let palette = readPalette(canvas)
  let size: Size = { width: 0, height: 0 }
  let camera: Camera = { x: 0, y: 0, scale: 1 }
  // Until a hand moves it, the camera keeps all names in view while they find their places.
  let following = true
  let selected = -1
  let hovered = -1
  let topic = -1
  let frame = 0
  let movedAt = Number.NEGATIVE_INFINITY
  let lookingAt = -1

  const order = (message: LayoutOrder): void => worker.postMessage(message)

  const draw = (): void => {
    frame = 0
    if (scene === undefined || size.width === 0 || positions.length === 0) return
    const moving = performance.now() - movedAt < restMs
    const ratio = canvas.width / size.width
    const labels = paint(context, { scene, positions, camera, size, ratio, palette, selected, hovered, topic, moving })
    canvas.dataset.labels = String(labels)
    canvas.dataset.scale = camera.scale.toFixed(4)
    if (moving) setTimeout(redraw, restMs)
  }
  const redraw = (): void => {
    if (frame === 0 && !signal.aborted) frame = requestAnimationFrame(draw)
  }
  const move = (next: Camera): void => {
    camera = next
    following = false
    movedAt = performance.now()
    redraw()
  }

  worker.addEventListener(
    'message',
    ({ data }: MessageEvent<LayoutNews>) => {
      // News of a graph that is not shown any more.
      if (scene === undefined || data.positions.length !== 2 * scene.labels.length) return
      positions = data.positions
      canvas.dataset.settled = String(data.settled)
      if (following) camera = fit(positions, size)
      if (lookingAt >= 0 && data.settled) lookAt(lookingAt)
      redraw()
    },
    { signal },
  )

  const resize = new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = canvas
    size = { width, height }
    canvas.width = Math.round(width * devicePixelRatio)
    canvas.height = Math.round(height * devicePixelRatio)
    if (following) camera = fit(positions, size)
    // At once: a canvas that was resized is empty.
    draw()
  })
  resize.observe(canvas)

  const recolour = (): void => {
    palette = readPalette(canvas)
    redraw()
  }
  const themes = new MutationObserver(recolour)
  themes.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolour, { signal })
  void document.fonts.ready.then(redraw)

  const pointOf = (event: MouseEvent): Point => {
    const box = canvas.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }
  const under = (point: Point): number => {
    if (scene === undefined) return -1
    const { x, y } = toWorld(camera, size, point)
    return nameAt(scene, positions, x, y, reachPx / camera.scale)
  }
  const hover = (index: number): void => {
    if (index === hovered) return
    hovered = index
    canvas.style.cursor = index < 0 ? 'grab' : 'pointer'
    redraw()
  }
  const lookAt = (index: number): void => {
    lookingAt = index
    if (positions.length <= 2 * index) return
    move({
      x: positions[2 * index] ?? 0,
      y: positions[2 * index + 1] ?? 0,
      scale: Math.max(camera.scale, 1.1),
    })
  }

  followHand(canvas, {
    signal,
    under,
    pointOf,
    pan: (dx, dy) => {
      lookingAt = -1
      move(pan(camera, dx, dy))
    },
    zoom: (point, factor) => {
      lookingAt = -1
      move(zoomAt(camera, size, point, factor))
    },
    hover,
    drag(index, point) {
      following = false
      lookingAt = -1
      order({ type: 'hold', index, ...toWorld(camera, size, point) })
    },
    drop: (index) => order({ type: 'release', index }),
    choose: onChoose,
  })

  const zoom = (factor: number): void => move(zoomAt(camera, size, { x: size.width / 2, y: size.height / 2 }, factor))
  const fitAll = (): void => {
    lookingAt = -1
    move(fit(positions, size))
    following = true
  }
  canvas.addEventListener(
    'keydown',
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      const step = panKeys.get(event.key)
      const factor = zoomKeys.get(event.key)
      if (step !== undefined) move(pan(camera, step[0], step[1]))
      else if (factor !== undefined) zoom(factor)
      else if (event.key === '0') fitAll()
      else return
      event.preventDefault()
      lookingAt = -1
    },
    { signal },
  )

  return {
    show(next) {
      const known = scene === undefined ? undefined : carryOver(scene, positions, next)
      scene = next
      positions = new Float32Array(0)
      hovered = -1
      topic = -1
      canvas.dataset.settled = 'false'
      const { topics, edges, radii } = next
      order({ type: 'start', topics, edges, radii, ...(known && { positions: known }) })
    },
    select(index) {
      selected = index
      redraw()
    },
    lookAt,
    lookAtTopic(colour) {
      topic = colour
      redraw()
    },
    zoom,
    fit: fitAll,
    close() {
      ended.abort()
      resize.disconnect()
      themes.disconnect()
      cancelAnimationFrame(frame)
      worker.terminate()
    },
  }
}

/** Where names of the next graph stood in the one before; NaN for those that were not in it. */
function carryOver(before: Scene, positions: Float32Array, next: Scene): Float32Array {
  return Float32Array.from(
    next.labels.flatMap((label) => {
      const index = before.byLabel.get(label.toLowerCase()) ?? -1
      return [positions[2 * index] ?? Number.NaN, positions[2 * index + 1] ?? Number.NaN]
    }),
  )
}

/** The theme's colours: a property that holds `light-dark()` is only resolved on an element that uses it. */
function readPalette(canvas: HTMLCanvasElement): Palette {
  const probe = document.createElement('span')
  canvas.parentElement?.append(probe)
  const read = (property: string): string => {
    probe.style.color = `var(${property})`
    return getComputedStyle(probe).color
  }
  const palette = {
    water: read('--water'),
    ink: read('--ink'),
    quiet: read('--line-strong'),
    line: read('--line-strong'),
    chosen: read('--nucleus'),
    topics: Array.from({ length: topicColours }, (_, index) => read(`--topic-${index}`)),
    font: getComputedStyle(canvas).fontFamily,
  }
  probe.remove()
  return palette
}
