/** Neural nets described in TypeScript and trained on ONNX Runtime: layers, graphs and their gradients, and ONNX files. Portable. */

export {
  type Batch,
  type BatchSource,
  type Example,
  type OrderedBatches,
  orderedBatches,
  shuffledBatches,
} from './data/batches.js'
export {
  type CalibrationBin,
  calibrationBins,
  calibrationError,
  fitTemperature,
  type Scored,
} from './evaluation/calibration.js'
export { beatsBaseline, modelCard, type TaskReport } from './evaluation/card.js'
export { bootstrapMean, type Interval } from './evaluation/statistics.js'
export { type DiffCount, diffCounts } from './experience/diff-counts.js'
export {
  type Capability,
  type CodeExperience,
  capabilities,
  type DiffExperience,
  type ErrorClass,
  type Experience,
  ExperienceError,
  errorClasses,
  experienceSchema,
  type PlanExperience,
  parseExperience,
  type StepContext,
  type StepExperience,
  type StepKind,
  stepContext,
  stepKinds,
} from './experience/record.js'
export { type SimulateOptions, simulateExperience } from './experience/simulate.js'
export { type Benchmark, createLeakGuard, type LeakGuard, type Split, splitOf } from './experience/split.js'
export {
  type AggregateOptions,
  AggregationError,
  type AggregationRule,
  aggregate,
  memorySource,
  type PeerReport,
  type WeightSource,
} from './federation/aggregate.js'
export { addDelta, type CompressedDelta, compressDelta, decodeDelta, encodeDelta } from './federation/delta.js'
export {
  type Attribute,
  type Constant,
  type DropoutMask,
  type ElementType,
  type GradientRule,
  Graph,
  type GraphNode,
  type GraphOptions,
  type Initialiser,
  type ParameterSpec,
  type Shape,
  ShapeError,
  type TapeEntry,
  type Value,
} from './graph/graph.js'
export {
  createPredictor,
  InferenceError,
  type OnnxRuntime,
  type OnnxSession,
  type OnnxTensor,
  type Predictor,
  type PredictorOptions,
} from './inference/predictor.js'
export { createWriter, type WriteOptions, type Writer, type WriterOptions } from './inference/writer.js'
export { initialWeights } from './initial.js'
export {
  type Activation,
  type AttentionOptions,
  attention,
  embedding,
  feedForward,
  hidden,
  type LinearOptions,
  layerNorm,
  linear,
  pool,
  positions,
  table,
  transformerBlock,
} from './layers.js'
export {
  ArchitectureError,
  architectureHash,
  defineNet,
  defineView,
  float32,
  forwardGraph,
  int32,
  type Layout,
  type Net,
  type NetOptions,
  type ParameterPlace,
  parameterViews,
  type Sizes,
  type TensorSpec,
  type TensorSpecs,
  type Values,
  type View,
  type ViewOptions,
} from './net.js'
export { type ExportOptions, exportInference, exportTraining } from './onnx/export.js'
export { type OnnxOptions, toOnnx } from './onnx/onnx.js'
export { gelu, relu, sigmoid, silu, softmax, tanh } from './ops/activations.js'
export { add, multiply, scale, subtract, weightedSum } from './ops/arithmetic.js'
export { lookup } from './ops/lookup.js'
export { binaryCrossEntropy, crossEntropy, squaredError } from './ops/losses.js'
export { affine, batchedProduct, tied } from './ops/products.js'
export { concat, dropout, firstRows, reshape, split, transpose } from './ops/shapes.js'
export { type Schedule, warmupCosine } from './schedule.js'
export {
  brainFeatures,
  brainNet,
  brainTask,
  readForecast,
  type StepForecast,
  type StepQuestion,
} from './tasks/brain.js'
export { defineGuide, type GuideOptions, guideTask, type SolvedTask } from './tasks/guide.js'
export {
  allowedPlanTokens,
  plannerModel,
  plannerTask,
  planProblem,
  planPrompt,
  planTokens,
  stepOfToken,
} from './tasks/planner.js'
export { type DiffCounts, qualityFeatures, qualityNet, qualityTask } from './tasks/quality.js'
export {
  type Baseline,
  encodeFeatures,
  type Feature,
  type GroupedExample,
  type NetTask,
  type RowOutputs,
} from './tasks/task.js'
export {
  defineUnified,
  type UnifiedSize,
  unifiedClasses,
  unifiedSource,
  unifiedSpecials,
  unifiedTask,
  unifiedWords,
} from './tasks/unified.js'
export { createTokenizer, type Merge, type Tokenizer, type TokenizerModel } from './tokenizer/tokenizer.js'
export { parseTokenizer, TokenizerError, toTokenizerJson } from './tokenizer/tokenizer-json.js'
export { type TrainTokenizerOptions, trainTokenizer } from './tokenizer/train-tokenizer.js'
export {
  type AdamOptions,
  adamScalars,
  gradientGraph,
  loopGraph,
  lossGraph,
  stepGraph,
  trainNames,
} from './train-graphs.js'
export { defineTransformer, type TransformerModel, type TransformerShape } from './transformer.js'
export { decodeWeights, encodeWeights, type WeightsInfo } from './weights/net-file.js'
export {
  decodeTensors,
  encodeTensors,
  type StoredTensor,
  type TensorFile,
  TensorFileError,
  type TensorType,
} from './weights/safetensors.js'
