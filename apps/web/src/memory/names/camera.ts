/** Where the picture is looked at from: plain arithmetic between the world of the layout and the pixels of the canvas. */

/** The point in the middle of the canvas, in units of the layout, and pixels a unit. */
export interface Camera {
  readonly x: number
  readonly y: number
  readonly scale: number
}

/** Of the canvas, in CSS pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** A place, in the world or on the canvas. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** Bounds of the scale, in pixels a unit. */
const least = 0.02
const most = 12

/** Where a place of the world is on the canvas. */
export function toScreen(camera: Camera, size: Size, { x, y }: Point): Point {
  return { x: (x - camera.x) * camera.scale + size.width / 2, y: (y - camera.y) * camera.scale + size.height / 2 }
}

/** Which place of the world is at a place of the canvas. */
export function toWorld(camera: Camera, size: Size, { x, y }: Point): Point {
  return { x: (x - size.width / 2) / camera.scale + camera.x, y: (y - size.height / 2) / camera.scale + camera.y }
}

/** Moves the picture by pixels. */
export function pan(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x - dx / camera.scale, y: camera.y - dy / camera.scale }
}

/** Zooms by a factor, so that what is under `point` stays there. */
export function zoomAt(camera: Camera, size: Size, point: Point, factor: number): Camera {
  const scale = Math.min(most, Math.max(least, camera.scale * factor))
  const under = toWorld(camera, size, point)
  return {
    scale,
    x: under.x - (point.x - size.width / 2) / scale,
    y: under.y - (point.y - size.height / 2) / scale,
  }
}

/** A camera that sees every position (x and y in turn), with a margin of a twentieth; a lone point at scale 2. */
export function fit(positions: ArrayLike<number>, size: Size): Camera {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (let index = 0; index + 1 < positions.length; index += 2) {
    const x = positions[index] ?? 0
    const y = positions[index + 1] ?? 0
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  if (left > right) return { x: 0, y: 0, scale: 1 }
  const scale = 0.9 * Math.min(size.width / (right - left), size.height / (bottom - top))
  return { x: (left + right) / 2, y: (top + bottom) / 2, scale: Math.min(2, Math.max(least, scale)) }
}
