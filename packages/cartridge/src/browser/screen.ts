/** The picture of an interactive cartridge on a canvas, with keys and pointer while it has the focus. */

import { createFrameLoop, type FrameLoop, type FrameLoopDeps } from './frame-loop.js'
import { keyCodeOf, pixelAt } from './keys.js'

/** What {@link mountScreen} asks for. */
export interface ScreenDeps extends Omit<FrameLoopDeps, 'draw'> {
  /** Takes the size of the picture, and shows it whole. It may have the focus (`tabIndex`), and gets it when it is clicked. */
  readonly canvas: HTMLCanvasElement
}

/**
 * Plays a cartridge on a canvas. Keys count while the canvas has the focus, and keep their meaning to the page only if the
 * interface has no code for them, so that Tab leads on.
 */
export function mountScreen({ canvas, ...deps }: ScreenDeps): FrameLoop {
  const context = canvas.getContext('2d', { alpha: false })
  if (context === null) throw new TypeError('Cannot play a cartridge: the canvas has another context already')
  canvas.style.objectFit = 'contain'
  const loop = createFrameLoop({
    ...deps,
    draw({ width, height, pixels }) {
      if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width
        canvas.height = height
      }
      // A bitmap from the worker costs the page as much, and a canvas handed to the worker is gone when that is ended.
      context.putImageData(new ImageData(pixels, width, height), 0, 0)
    },
  })
  const listening = new AbortController()
  const { signal } = listening

  const onKey = (event: KeyboardEvent, down: boolean): void => {
    const code = keyCodeOf(event)
    if (code === undefined) return
    event.preventDefault()
    event.stopPropagation()
    loop.press(code, down)
  }
  const onPointer = (event: PointerEvent, buttons: number = event.buttons): void => {
    const { x, y } = pixelAt(event, canvas.getBoundingClientRect(), canvas)
    loop.point(x, y, buttons)
  }
  const focused = (): boolean => canvas.matches(':focus')

  canvas.addEventListener('keydown', (event) => onKey(event, true), { signal })
  canvas.addEventListener('keyup', (event) => onKey(event, false), { signal })
  canvas.addEventListener('blur', () => loop.release(), { signal })
  canvas.addEventListener(
    'pointerdown',
    (event) => {
      canvas.focus({ preventScroll: true })
      canvas.setPointerCapture(event.pointerId)
      onPointer(event)
    },
    { signal },
  )
  canvas.addEventListener('pointermove', (event) => focused() && onPointer(event), { signal })
  canvas.addEventListener('pointerup', (event) => onPointer(event), { signal })
  canvas.addEventListener('pointercancel', (event) => onPointer(event, 0), { signal })
  canvas.addEventListener('contextmenu', (event) => event.preventDefault(), { signal })

  return {
    ...loop,
    stop() {
      listening.abort()
      loop.stop()
    },
  }
}
