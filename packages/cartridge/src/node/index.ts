/** What touches the machine: the process that compiles, modules on disk. */

export { ArtifactError, type ArtifactFolder, openArtifactFolder, sha256Of } from './artifact-folder.js'
export { type AssemblyScriptOptions, openAssemblyScript } from './asc-process.js'
