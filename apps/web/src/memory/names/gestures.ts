/** What a hand does on the canvas: mouse, pen, fingers and wheel. */

import type { Point } from './camera.js'

/** Distance that a press may move and still be a click, in CSS pixels. */
const clickSlack = 4

/** What gestures mean. Points are in CSS pixels from the corner of the canvas. */
export interface Gestures {
  /** Ends it. */
  readonly signal: AbortSignal
  /** Index of the name at a point; −1 if there is none. */
  under(point: Point): number
  pointOf(event: MouseEvent): Point
  pan(dx: number, dy: number): void
  zoom(point: Point, factor: number): void
  hover(index: number): void
  drag(index: number, point: Point): void
  drop(index: number): void
  choose(index: number): void
}

/** Reads mouse, pen and fingers: a name is dragged, the rest is panned, two fingers and the wheel zoom. */
export function followHand(canvas: HTMLCanvasElement, to: Gestures): void {
  const { signal } = to
  const pointers = new Map<number, Point>()
  let grabbed = -1
  let dragging = false
  let pressedAt: Point | undefined

  const release = (): void => {
    if (dragging && grabbed >= 0) to.drop(grabbed)
    grabbed = -1
    dragging = false
    pressedAt = undefined
  }
  canvas.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button !== 0) return
      const point = to.pointOf(event)
      canvas.setPointerCapture(event.pointerId)
      pointers.set(event.pointerId, point)
      if (pointers.size > 1) return release()
      grabbed = to.under(point)
      pressedAt = point
    },
    { signal },
  )
  canvas.addEventListener(
    'pointermove',
    (event) => {
      const point = to.pointOf(event)
      const before = pointers.get(event.pointerId)
      if (before === undefined) return event.pointerType === 'touch' ? undefined : to.hover(to.under(point))
      pointers.set(event.pointerId, point)
      if (pointers.size === 2) return pinch(event.pointerId, before, point)
      if (pressedAt === undefined) return
      dragging ||= Math.hypot(point.x - pressedAt.x, point.y - pressedAt.y) > clickSlack
      if (!dragging) return
      if (grabbed >= 0) to.drag(grabbed, point)
      else to.pan(point.x - before.x, point.y - before.y)
    },
    { signal },
  )
  const pinch = (id: number, before: Point, now: Point): void => {
    const other = [...pointers].find(([one]) => one !== id)?.[1]
    if (other === undefined) return
    const spread = (a: Point) => Math.hypot(a.x - other.x, a.y - other.y)
    to.pan((now.x - before.x) / 2, (now.y - before.y) / 2)
    to.zoom({ x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }, spread(now) / Math.max(1, spread(before)))
  }
  for (const name of ['pointerup', 'pointercancel'] as const) {
    canvas.addEventListener(
      name,
      (event) => {
        if (!pointers.delete(event.pointerId)) return
        if (name === 'pointerup' && pressedAt !== undefined && !dragging) to.choose(grabbed)
        release()
      },
      { signal },
    )
  }
  canvas.addEventListener('pointerleave', () => to.hover(-1), { signal })
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1)
      to.zoom(to.pointOf(event), Math.exp(-Math.max(-240, Math.min(240, pixels)) / 400))
    },
    { signal, passive: false },
  )
}
