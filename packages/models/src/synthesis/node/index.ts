/** The synthesizer on Node: in a thread of its own, and the training of its net. */

export { createSynthesizerThread, SynthesisThreadError, type SynthesizerThread } from './synthesizer-thread.js'
export { type TrainGuideOptions, trainGuideNet } from './train-guide-net.js'
