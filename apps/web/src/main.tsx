/** Puts Studio together and shows it. */

import './api/no-eval.js'
import { createRoot } from 'react-dom/client'
import { createApi } from './api/client.js'
import { createLive } from './api/live.js'
import { pause } from './api/pause.js'
import { StudioContext } from './api/studio.js'
import { App } from './app.js'
import { NoticeProvider } from './design/notices.js'
import '@fontsource-variable/hanken-grotesk/wght.css'
import '@fontsource-variable/red-hat-mono/wght.css'
import './styles.css'

const root = document.getElementById('root')
if (!root) throw new TypeError('Cannot start Studio: the page has no element #root')

const request: typeof fetch = (input, init) => fetch(input, init)
const api = createApi({ fetch: request })
const live = createLive({ fetch: request, now: Date.now, random: Math.random, pause, api })
live.start(new AbortController().signal)

createRoot(root).render(
  <StudioContext value={{ api, live }}>
    <NoticeProvider>
      <App />
    </NoticeProvider>
  </StudioContext>,
)
