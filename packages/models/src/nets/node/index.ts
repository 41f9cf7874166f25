/** Training on ONNX Runtime in a thread of its own, with checkpoints on disk. */

export { CheckpointError, type CurvePoint, type RunState, readCheckpoint, writeCheckpoint } from './checkpoint.js'
export { type ExperienceLog, type ExperienceLogOptions, openExperienceLog } from './experience-log.js'
export { type Improvement, improveNet } from './improve.js'
export { type Adoption, type AdoptionHistory, type NetStore, NetStoreError, openNetStore } from './net-store.js'
export { type CorpusPackage, readSourceCorpus, type SourceCorpusOptions } from './source-corpus.js'
export { type Trained, type TrainOptions, type TrainProgress, train } from './train.js'
export { type TrainTaskDeps, type TrainTaskOptions, taskErrors, trainTask } from './train-task.js'
export {
  createTrainer,
  type RunResult,
  type Trainer,
  type TrainerOptions,
  type TrainerState,
  TrainingError,
} from './trainer.js'
export { loadWeights, openWeightFile, saveWeights, type WeightFile } from './weight-file.js'
