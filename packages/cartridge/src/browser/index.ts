/** Runs cartridges in the browser: each in a worker of its own, with a canvas, a tree or a framed page to show it. */

export { type ConnectPageDeps, connectPage } from './connect-page.js'
export type { FrameLoop, FrameLoopDeps, ScreenEnd, ScreenFigures } from './frame-loop.js'
export { type IndexedKvStore, type IndexedKvStoreDeps, openIndexedKvStore } from './indexed-kv-store.js'
export { type MountedTree, mountTree, type UiEvent } from './mount-tree.js'
export { mountScreen, type ScreenDeps } from './screen.js'
export { type ServeCartridgeDeps, serveCartridge, type WorkerScope } from './serve-cartridge.js'
export {
  type CartridgeWorker,
  openWorkerCartridge,
  type WorkerCartridge,
  type WorkerCartridgeDeps,
} from './worker-cartridge.js'
export type { WorkerNews, WorkerOrder } from './worker-messages.js'
