/** Training on ONNX Runtime in a thread of its own, with checkpoints on disk. */

export { CheckpointError, type RunState, readCheckpoint, writeCheckpoint } from './checkpoint.js'
export { type Trained, type TrainOptions, type TrainProgress, train } from './train.js'
export {
  createTrainer,
  type RunResult,
  type Trainer,
  type TrainerOptions,
  type TrainerState,
  TrainingError,
} from './trainer.js'
export { loadWeights, openWeightFile, saveWeights, type WeightFile } from './weight-file.js'
