/** The service worker of Studio. The build puts the list of its files in front of it. */

import type { WorkerScope } from './scope.js'
import { type Shell, serveShell } from './serve-shell.js'
import { showNotices } from './show-notices.js'

declare const salpShell: Shell
/** A worker's own; TypeScript knows that of a page. */
declare const self: WorkerScope

serveShell(self, salpShell, (ms) => new Promise((resolve) => setTimeout(resolve, ms)))
showNotices(self)
