/** Draws names and what joins them on a canvas. */

import type { Camera, Size } from './camera.js'
import { type LabelBox, placeLabels } from './labels.js'
import type { Scene } from './scene.js'

/** Colours of the page's theme, as a canvas takes them. */
export interface Palette {
  readonly water: string
  readonly ink: string
  readonly quiet: string
  readonly line: string
  readonly chosen: string
  readonly topics: readonly string[]
  /** Family of the labels. */
  readonly font: string
}

/** One picture. */
export interface Frame {
  readonly scene: Scene
  /** x and y in turn, in units of the layout. */
  readonly positions: Float32Array
  readonly camera: Camera
  readonly size: Size
  /** Device pixels a CSS pixel. */
  readonly ratio: number
  readonly palette: Palette
  /** Index of the name that is opened, and of the one under the pointer; −1 for none. */
  readonly selected: number
  readonly hovered: number
  /** Colour of the topic that is looked at; −1 for all. */
  readonly topic: number
  /** Whether another picture follows at once: then only the strongest edges are drawn. */
  readonly moving: boolean
}

const movingEdges = 4_000
const edgeBatch = 500
const mostLabels = 90
const labelCandidates = 700
const labelHeight = 15
const labelSize = 12

/** Draws a frame. @returns Names that were written. */
export function paint(context: CanvasRenderingContext2D, frame: Frame): number {
  const { scene, positions, camera, size, ratio, palette } = frame
  const count = scene.labels.length
  const at = new Float32Array(2 * count)
  for (let index = 0; index < count; index++) {
    at[2 * index] = ((positions[2 * index] ?? 0) - camera.x) * camera.scale + size.width / 2
    at[2 * index + 1] = ((positions[2 * index + 1] ?? 0) - camera.y) * camera.scale + size.height / 2
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, size.width, size.height)
  const active = activeNames(frame)
  drawEdges(context, frame, at, active)
  drawNames(context, frame, at, active)
  context.globalAlpha = 1
  for (const [index, colour] of [
    [frame.hovered, palette.ink],
    [frame.selected, palette.chosen],
  ] as const) {
    if (index < 0) continue
    context.strokeStyle = colour
    context.lineWidth = 2
    context.beginPath()
    context.arc(at[2 * index] ?? 0, at[2 * index + 1] ?? 0, radiusOf(frame, index) + 2.5, 0, 2 * Math.PI)
    context.stroke()
  }
  return drawLabels(context, frame, at, active)
}

/** What is looked at: a name and its neighbours, or a topic; nothing, if all is. */
function activeNames({ scene, selected, hovered, topic }: Frame): Set<number> | undefined {
  const middle = hovered >= 0 ? hovered : selected
  if (middle < 0 && topic < 0) return undefined
  const active = new Set<number>()
  if (middle < 0) {
    for (const [index, colour] of scene.colours.entries()) if (colour === topic) active.add(index)
    return active
  }
  active.add(middle)
  const { edges } = scene
  for (let edge = 0; edge < edges.length; edge += 2) {
    const [a = 0, b = 0] = [edges[edge], edges[edge + 1]]
    if (a === middle) active.add(b)
    else if (b === middle) active.add(a)
  }
  return active
}

function drawEdges(
  context: CanvasRenderingContext2D,
  { scene: { edges }, size, palette, moving, hovered, selected }: Frame,
  at: Float32Array,
  active: Set<number> | undefined,
): void {
  const middle = hovered >= 0 ? hovered : selected
  const last = moving ? Math.min(edges.length, 2 * movingEdges) : edges.length
  const stroke = (isDrawn: (a: number, b: number) => boolean, until: number): void => {
    let drawn = 0
    context.beginPath()
    for (let edge = 0; edge < until; edge += 2) {
      const [a = 0, b = 0] = [edges[edge], edges[edge + 1]]
      if (!isDrawn(a, b)) continue
      const [ax = 0, ay = 0, bx = 0, by = 0] = [at[2 * a], at[2 * a + 1], at[2 * b], at[2 * b + 1]]
      const outside =
        (ax < 0 && bx < 0) ||
        (ay < 0 && by < 0) ||
        (ax > size.width && bx > size.width) ||
        (ay > size.height && by > size.height)
      if (outside) continue
      context.moveTo(ax, ay)
      context.lineTo(bx, by)
      // Many short paths are drawn faster than one long one.
      if (++drawn % edgeBatch !== 0) continue
      context.stroke()
      context.beginPath()
    }
    context.stroke()
  }
  context.lineWidth = 1
  context.strokeStyle = palette.line
  context.globalAlpha = active === undefined ? 0.4 : 0.12
  stroke(() => true, last)
  if (active === undefined) return
  context.globalAlpha = 0.75
  context.strokeStyle = middle >= 0 ? palette.chosen : palette.line
  stroke(middle >= 0 ? (a, b) => a === middle || b === middle : (a, b) => active.has(a) && active.has(b), edges.length)
}

function drawNames(
  context: CanvasRenderingContext2D,
  frame: Frame,
  at: Float32Array,
  active: Set<number> | undefined,
): void {
  const { scene, size, palette } = frame
  for (const shown of active === undefined ? [true] : [false, true]) {
    context.globalAlpha = shown ? 1 : 0.22
    for (let colour = -1; colour < palette.topics.length; colour++) {
      context.fillStyle = palette.topics[colour] ?? palette.quiet
      context.beginPath()
      for (let index = scene.colours.length - 1; index >= 0; index--) {
        if (scene.colours[index] !== colour || (active?.has(index) ?? true) !== shown) continue
        const [x = 0, y = 0] = [at[2 * index], at[2 * index + 1]]
        const radius = radiusOf(frame, index)
        if (x < -radius || y < -radius || x > size.width + radius || y > size.height + radius) continue
        if (radius < 2) context.rect(x - radius, y - radius, 2 * radius, 2 * radius)
        else {
          context.moveTo(x + radius, y)
          context.arc(x, y, radius, 0, 2 * Math.PI)
        }
      }
      context.fill()
    }
  }
}

/** Writes as many names as fit, those looked at first, then those mentioned most. */
function drawLabels(
  context: CanvasRenderingContext2D,
  frame: Frame,
  at: Float32Array,
  active: Set<number> | undefined,
): number {
  const { scene, size, palette, hovered, selected } = frame
  context.font = `540 ${labelSize}px ${palette.font}`
  context.textBaseline = 'middle'
  context.lineJoin = 'round'
  const first = [hovered, selected].filter((index) => index >= 0)
  const others = active === undefined ? scene.labels.keys() : [...active].toSorted((a, b) => a - b)
  const candidates: number[] = [...first]
  for (const index of others) {
    if (candidates.length >= labelCandidates) break
    const [x = 0, y = 0] = [at[2 * index], at[2 * index + 1]]
    const inside = x > 0 && y > 0 && x < size.width && y < size.height
    if (inside && !first.includes(index)) candidates.push(index)
  }
  const boxes = candidates.map((index): LabelBox => {
    const width = context.measureText(scene.labels[index] ?? '').width
    const left = (at[2 * index] ?? 0) + radiusOf(frame, index) + 3
    return { left: left - 1, top: (at[2 * index + 1] ?? 0) - labelHeight / 2, width: width + 4, height: labelHeight }
  })
  const placed = placeLabels(boxes, mostLabels)
  context.globalAlpha = 1
  context.strokeStyle = palette.water
  context.fillStyle = palette.ink
  context.lineWidth = 3
  for (const candidate of placed) {
    const index = candidates[candidate] ?? 0
    const { left = 0 } = boxes[candidate] ?? {}
    const label = scene.labels[index] ?? ''
    const y = at[2 * index + 1] ?? 0
    context.strokeText(label, left + 1, y)
    context.fillText(label, left + 1, y)
  }
  return placed.length
}

/** Radius in CSS pixels. */
function radiusOf({ scene, camera }: Frame, index: number): number {
  return Math.max(1.3, (scene.radii[index] ?? 0) * Math.min(camera.scale, 3))
}
