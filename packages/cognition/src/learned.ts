/** Requests read by a small learned model beside the rules; an entry of its own, since its weights are most of it. */

export { type LearnedPerception, perceiveLearned } from './perception-model/model.js'
