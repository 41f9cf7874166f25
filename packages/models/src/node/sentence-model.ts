/** A sentence model as its folder describes it, laid out as sentence-transformers exports one. */

import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { describeError } from '@salp/core'
import { z } from 'zod'
import type { EmbeddingPrompts } from '../embedding/embedder.js'
import { EmbedderError } from './embedder-error.js'
import type { ThreadModel } from './onnx-worker.js'

/** Everything about a model but its weights. */
export interface SentenceModel extends ThreadModel {
  readonly folder: string
  /** Name of the folder, and a digest of everything that shapes a vector. */
  readonly modelId: string
  readonly prompts: EmbeddingPrompts
}

/** What a caller may set over what the folder says. */
export interface SentenceModelOptions {
  readonly folder: string
  /** Path of the graph in the folder, such as `onnx/model_quantized.onnx`. */
  readonly model?: string | undefined
  readonly maxTokens?: number | undefined
  readonly prompts?: EmbeddingPrompts | undefined
}

const modelPaths = ['onnx/model.onnx', 'model.onnx']

const count = z.int().positive()
const configSchema = z.object({
  model_type: z.string().optional(),
  max_position_embeddings: count.nullish(),
  pad_token_id: z.int().nonnegative().nullish(),
})
const tokenizerConfigSchema = z.looseObject({ model_max_length: z.number().positive().nullish() })
const sentenceConfigSchema = z.object({ max_seq_length: count.nullish() })
const promptsSchema = z.object({ prompts: z.record(z.string(), z.string()).nullish() })
const modulesSchema = z.array(z.object({ type: z.string() }))
const poolingSchema = z.record(z.string(), z.unknown())

/** These count positions from behind the one of padding, and have two fewer than they say. */
const offsetPositions = new Set(['roberta', 'xlm-roberta', 'camembert', 'mpnet'])

/** Used where a folder says nothing: what most sentence models were trained on. */
const usualMaxTokens = 512

/**
 * Reads how a folder's model is to be run.
 *
 * @throws {@link EmbedderError} (`models/embedder`) if a file is missing or malformed, or asks for what is not supported.
 */
export async function readSentenceModel(options: SentenceModelOptions): Promise<SentenceModel> {
  const folder = resolve(options.folder)
  const tokenizerPath = join(folder, 'tokenizer.json')
  const needed = options.model === undefined ? modelPaths : [options.model]
  const modelPath = needed.map((path) => join(folder, path)).find((path) => existsSync(path))
  if (modelPath === undefined) {
    throw new EmbedderError(folder, `it has no ${needed.join(' or ')}: export the model to ONNX`)
  }
  if (!existsSync(tokenizerPath)) throw new EmbedderError(folder, 'it has no tokenizer.json')
  const config = await readJson(folder, 'config.json', configSchema)
  if (config === undefined) throw new EmbedderError(folder, 'it has no config.json')
  const tokenizerConfig = await readJson(folder, 'tokenizer_config.json', tokenizerConfigSchema)
  const sentence = await readJson(folder, 'sentence_bert_config.json', sentenceConfigSchema)
  const own = (await readJson(folder, 'config_sentence_transformers.json', promptsSchema))?.prompts ?? {}
  const maxTokens =
    options.maxTokens ??
    sentence?.max_seq_length ??
    Math.min(positions(config), tokenizerConfig?.model_max_length ?? usualMaxTokens)
  const pooling = await readPooling(folder)
  const prompts = { query: own.query, document: own.document ?? own.passage, ...options.prompts }
  const digest = await digestOf([modelPath, tokenizerPath], JSON.stringify([maxTokens, pooling, prompts]))
  return {
    folder,
    modelId: `${basename(folder)}@${digest}`,
    modelPath,
    tokenizerPath,
    tokenizerConfig: tokenizerConfig ?? {},
    maxTokens,
    padTokenId: config.pad_token_id ?? 0,
    pooling,
    prompts,
  }
}

function positions({ model_type = '', max_position_embeddings }: z.infer<typeof configSchema>): number {
  const stated = max_position_embeddings ?? usualMaxTokens
  return offsetPositions.has(model_type) ? stated - 2 : stated
}

async function readPooling(folder: string): Promise<ThreadModel['pooling']> {
  const modules = (await readJson(folder, 'modules.json', modulesSchema)) ?? []
  const unknown = modules.find(({ type }) => !/\.(?:Transformer|Pooling|Normalize)$/.test(type))
  if (unknown !== undefined)
    throw new EmbedderError(folder, `it has a module "${unknown.type}", which is not supported`)
  const config = (await readJson(folder, '1_Pooling/config.json', poolingSchema)) ?? {}
  const modes = Object.keys(config).filter((key) => key.startsWith('pooling_mode_') && config[key] === true)
  const mode = modes.join(' and ') || String(config.pooling_mode ?? 'mean')
  if (mode === 'pooling_mode_cls_token' || mode === 'cls') return 'cls'
  if (mode === 'pooling_mode_mean_tokens' || mode === 'mean') return 'mean'
  throw new EmbedderError(folder, `it pools by "${mode}", which is not supported`)
}

/** Reads a JSON file of the folder. @returns `undefined` if there is none. */
async function readJson<Schema extends z.ZodType>(
  folder: string,
  path: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  if (!existsSync(join(folder, path))) return undefined
  try {
    return schema.parse(JSON.parse(await readFile(join(folder, path), 'utf8')))
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : describeError(error)
    throw new EmbedderError(folder, `its ${path} cannot be read: ${why}`, error)
  }
}

async function digestOf(paths: readonly string[], settings: string): Promise<string> {
  const hash = createHash('sha256').update(settings)
  for (const path of paths) for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex').slice(0, 12)
}
