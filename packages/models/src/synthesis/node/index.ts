/** The synthesizer on Node: in a thread of its own, what it learnt on disk, and the training of its net. */

export { isIdentifier } from './identifier.js'
export { readSavedState, type SavedState, saveState } from './saved-state.js'
export { createSynthesizerThread, SynthesisThreadError, type SynthesizerThread } from './synthesizer-thread.js'
export { type TrainGuideOptions, trainGuideNet } from './train-guide-net.js'
