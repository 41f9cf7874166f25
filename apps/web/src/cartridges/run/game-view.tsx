/** An interactive cartridge at play: its picture, how it goes, and what to do when it stops. */

import { mountScreen, type ScreenEnd, type ScreenFigures } from '@salp/cartridge/browser'
import { useEffect, useRef, useState } from 'react'
import { Icon } from '../../design/icon.js'
import { explainTrap, formatFuel } from '../words.js'
import { framesOf, openInPage, type PageProgram } from './open-in-page.js'
import { mountPad } from './pad.js'

type Stage = { readonly status: 'idle' | 'starting' | 'running' } | ScreenEnd

/** Plays what `load` gives. Until it is started it costs nothing. */
export function GameView({
  label,
  load,
  autoStart = false,
  onLog,
}: {
  /** Name of the game. */
  label: string
  load: (options: { signal: AbortSignal }) => Promise<PageProgram>
  autoStart?: boolean
  onLog?: (level: number, text: string) => void
}) {
  const [round, setRound] = useState(autoStart ? 1 : 0)
  const [stage, setStage] = useState<Stage>({ status: autoStart ? 'starting' : 'idle' })
  const [figures, setFigures] = useState<ScreenFigures>()
  const canvas = useRef<HTMLCanvasElement>(null)
  const pad = useRef<HTMLDivElement>(null)
  const frame = useRef<HTMLDivElement>(null)
  const latest = useRef({ load, onLog })
  useEffect(() => {
    latest.current = { load, onLog }
  })

  useEffect(() => {
    if (round === 0) return
    const controller = new AbortController()
    const { signal } = controller
    let stop = (): void => undefined
    const start = async (): Promise<void> => {
      const program = await latest.current.load({ signal })
      const cartridge = await openInPage(program, {
        signal,
        log: (level, text) => latest.current.onLog?.(level, text),
      })
      if (canvas.current === null || pad.current === null) return
      const loop = mountScreen({
        ...{ canvas: canvas.current, cartridge, nextFrame: framesOf(canvas.current, signal) },
        onEnd(end) {
          cartridge.close()
          setStage(end)
        },
        onFigures: setFigures,
      })
      stop = loop.stop
      mountPad(pad.current, loop.press)
      setStage({ status: 'running' })
    }
    start().catch((error: unknown) => signal.aborted || setStage({ status: 'failed', error }))
    return () => {
      stop()
      controller.abort()
    }
  }, [round])

  function restart(): void {
    setStage({ status: 'starting' })
    setFigures(undefined)
    setRound(round + 1)
    canvas.current?.focus({ preventScroll: true })
  }

  const failed = stage.status === 'failed' ? explainTrap(stage.error) : undefined
  return (
    <div className="game">
      <div ref={frame} className="game-frame">
        {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: keys are the game's, not the screen reader's */}
        <canvas
          ref={canvas}
          className="game-canvas"
          width={320}
          height={240}
          tabIndex={0}
          role="application"
          aria-label={`${label}. While it has the focus, keys go to it; Tab leads on.`}
        />
        {stage.status === 'idle' && (
          <button type="button" className="game-cover" onClick={restart}>
            <span className="game-start">
              <Icon name="play" size={22} /> Play
            </span>
          </button>
        )}
        {stage.status === 'starting' && <p className="game-cover game-note">Starting</p>}
        {stage.status === 'ended' && (
          <div className="game-cover game-note">
            <p>It has ended.</p>
            <button type="button" className="button button-primary" onClick={restart}>
              Play again
            </button>
          </div>
        )}
        {failed && (
          <div className="game-cover game-note" role="alert">
            <p>
              <strong>{failed.title}</strong>
            </p>
            <p className="game-detail">{failed.detail}</p>
            <button type="button" className="button button-primary" onClick={restart}>
              Restart
            </button>
          </div>
        )}
      </div>
      <div ref={pad} className="game-pad" hidden={stage.status !== 'running'} />
      <div className="game-foot">
        <span className="muted number game-figures">
          {stage.status !== 'running' || figures === undefined
            ? 'Click the picture, then use keys or pointer'
            : `${Math.round(figures.framesPerSecond)} frames a second · ${figures.frameMs.toFixed(2)} ms · ${formatFuel(Math.round(figures.fuel))} fuel each`}
        </span>
        {stage.status === 'running' && (
          <>
            <button type="button" className="button-quiet button-small" onClick={restart}>
              <Icon name="refresh" size={15} /> Restart
            </button>
            <button
              type="button"
              className="button-quiet button-icon button-small"
              aria-label="Full screen"
              title="Full screen"
              onClick={() => {
                void frame.current?.requestFullscreen()
                canvas.current?.focus()
              }}
            >
              <Icon name="fit" size={15} />
            </button>
          </>
        )}
      </div>
    </div>
  )
}
