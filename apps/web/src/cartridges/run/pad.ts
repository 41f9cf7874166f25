/** Keys on the screen, for who has no others. */

const keys = [
  { name: 'Left', sign: '←', code: 37 },
  { name: 'Up', sign: '↑', code: 38 },
  { name: 'Down', sign: '↓', code: 40 },
  { name: 'Right', sign: '→', code: 39 },
  { name: 'Space', sign: '␣', code: 32 },
  { name: 'Enter', sign: '⏎', code: 13 },
] as const

/** Fills an element with buttons that press keys of an interactive cartridge as long as they are held. */
export function mountPad(element: HTMLElement, press: (code: number, down: boolean) => void): void {
  element.replaceChildren(
    ...keys.map(({ name, sign, code }) => {
      const button = document.createElement('button')
      button.type = 'button'
      button.textContent = sign
      button.setAttribute('aria-label', name)
      button.addEventListener('pointerdown', (event) => {
        // The focus stays on the picture.
        event.preventDefault()
        button.setPointerCapture(event.pointerId)
        press(code, true)
      })
      for (const end of ['pointerup', 'pointercancel'] as const) button.addEventListener(end, () => press(code, false))
      return button
    }),
  )
}
