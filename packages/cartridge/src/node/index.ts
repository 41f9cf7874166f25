/** What touches the machine: the process that compiles, the thread that runs, modules on disk, the workshop over them. */

export { ArtifactError, type ArtifactFolder, openArtifactFolder, sha256Of } from './artifact-folder.js'
export { type AssemblyScriptOptions, openAssemblyScript } from './asc-process.js'
export { createFetcher, type FetcherDeps, type FetcherOptions } from './fetcher.js'
export { type OpenWorkshopDeps, openWorkshop } from './open-workshop.js'
export { openRust, type RustOptions } from './rust-compiler.js'
export { openScript, type ScriptOptions } from './script-compiler.js'
export { scriptEngine } from './script-engine.js'
export { openTemplates, TemplateError } from './templates.js'
export { openThreadHost, type ThreadHost, type ThreadHostDeps } from './thread-host.js'
export { openThreadPool, type ThreadPoolDeps, type ThreadPoolOptions } from './thread-pool.js'
