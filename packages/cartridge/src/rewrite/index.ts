/** Checks a WebAssembly module and rewrites it, so that its fuel, stack and memory are bounded. Needs nothing beside core. */

export { CartridgeRejected, type RejectionReason } from '../errors.js'
export { abiVersion, type Capability, type Kind } from './abi.js'
export { type ModuleLimits, moduleLimits } from './limits.js'
export { type ModuleInfo, type PreparedModule, type PrepareOptions, prepare, rewriterVersion } from './prepare.js'
