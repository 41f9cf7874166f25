/** How to have Studio on the home screen or among the programs of a machine. */

import { useSyncExternalStore } from 'react'
import { useStudio } from '../api/studio.js'
import { useMedia } from '../design/media.js'
import { Section } from '../design/page.js'

/** Offers it where the browser does, and says how where it does not. */
export function Install() {
  const installed = useMedia('(display-mode: standalone)')
  const { installOffer } = useStudio()
  const isOffered = useSyncExternalStore(installOffer.subscribe, installOffer.snapshot)
  return (
    <Section name="Install">
      {installed ? (
        <p className="muted">Studio is installed on this device.</p>
      ) : isOffered ? (
        <>
          <p className="muted">Studio then opens in a window of its own, and begins without its node.</p>
          <button type="button" className="button" onClick={installOffer.take}>
            Install Studio
          </button>
        </>
      ) : (
        <p className="muted">
          {isSecureContext
            ? 'Use “Install” or “Add to Home Screen” in the menu of this browser.'
            : 'Browsers install only what comes by HTTPS, or from this very machine.'}
        </p>
      )}
    </Section>
  )
}
