/** Where a turn is shown: the answer, notes about it, and a last line that says what goes on. */

import type { Output } from '../io.js'
import type { Style } from '../render/style.js'
import type { Frame } from '../render/turn-view.js'

/** Shows frames. */
export interface Screen {
  show(frame: Frame): void
  /** Takes the last line away, so that something else can be written. */
  clear(): void
}

/** Says what goes on, on a line that goes away again. */
export interface StatusLine {
  show(text: string): void
  clear(): void
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const frameMs = 80

/** Creates a line with a spinner; one that shows nothing where there is no terminal. */
export function createStatusLine(output: Output | undefined, { paint }: Style): StatusLine {
  if (output?.isTTY !== true) return { show: () => undefined, clear: () => undefined }
  let text: string | undefined
  let step = 0
  let timer: NodeJS.Timeout | undefined
  const draw = (): void => {
    output.write(`\r\u001b[2K${paint.cyan(frames[step++ % frames.length] ?? '')} ${paint.dim(`${text} …`)}`)
  }
  return {
    show(next) {
      if (text === next) return
      text = next
      draw()
      timer ??= setInterval(draw, frameMs).unref()
    },
    clear() {
      clearInterval(timer)
      timer = undefined
      if (text !== undefined) output.write('\r\u001b[2K')
      text = undefined
    },
  }
}

/** Creates a screen over the two outputs. */
export function createScreen(stdout: Output, stderr: Output, status: StatusLine): Screen {
  return {
    show({ answer, note, status: next }) {
      if (answer !== '' || note !== '' || next === undefined) status.clear()
      if (answer !== '') stdout.write(answer)
      if (note !== '') stderr.write(note)
      if (next !== undefined) status.show(next)
    },
    clear: status.clear,
  }
}
