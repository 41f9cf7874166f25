/** Puts Studio together and shows it. */

import './api/no-eval.js'
import { createRoot } from 'react-dom/client'
import { createApi } from './api/client.js'
import { createLive } from './api/live.js'
import { pause } from './api/pause.js'
import { StudioContext } from './api/studio.js'
import { App } from './app.js'
import { NoticeProvider } from './design/notices.js'
import { keepSending } from './offline/keep-sending.js'
import { openKept } from './offline/kept.js'
import { newId } from './offline/new-id.js'
import { followNotices } from './offline/notices-seen.js'
import { createOutbox } from './offline/outbox.js'
import { createShellUpdates } from './offline/shell-updates.js'
import { createInstallOffer } from './settings/install-offer.js'
import '@fontsource-variable/hanken-grotesk/wght.css'
import '@fontsource-variable/red-hat-mono/wght.css'
import './styles.css'

const root = document.getElementById('root')
if (!root) throw new TypeError('Cannot start Studio: the page has no element #root')

const request: typeof fetch = (input, init) => fetch(input, init)
const api = createApi({ fetch: request })
const live = createLive({ fetch: request, now: Date.now, random: Math.random, pause, api })
const kept = openKept()
const others = new BroadcastChannel('salp:outbox')
const outbox = createOutbox({
  kept,
  send: api.sendMessage,
  now: Date.now,
  newId,
  // Where pages cannot agree who sends, the node takes each message once all the same.
  alone: (work) => (navigator.locks ? navigator.locks.request('salp:outbox', work) : work()),
  tellOthers: () => others.postMessage('changed'),
})
// In development Vite serves the files.
const container = import.meta.env.PROD ? navigator.serviceWorker : undefined
const updates = createShellUpdates({ container, reload: () => location.reload() })
const installOffer = createInstallOffer(window)
const { signal } = new AbortController()
live.start(signal)
keepSending({ live, outbox, updates, others, pause }, signal)
followNotices({ live, container })

createRoot(root).render(
  <StudioContext value={{ api, live, kept, outbox, updates, installOffer }}>
    <NoticeProvider>
      <App />
    </NoticeProvider>
  </StudioContext>,
)
