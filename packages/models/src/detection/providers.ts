/** What is known of servers and providers: plain data, to be read and corrected. */

import type { ModelPrivacy, ModelTier } from '../cascade/slot.js'
import type { SlotLimits } from '../cascade/usage.js'

/** A server that people run on their own machine. */
export interface LocalServer {
  readonly name: string
  readonly label: string
  /** OpenAI-compatible base URL at the default port. */
  readonly url: string
}

/** Servers that {@link detectServers} looks for. */
export const localServers: readonly LocalServer[] = [
  { name: 'ollama', label: 'Ollama', url: 'http://127.0.0.1:11434/v1' },
  { name: 'lm-studio', label: 'LM Studio', url: 'http://127.0.0.1:1234/v1' },
  { name: 'llama-cpp', label: 'llama.cpp', url: 'http://127.0.0.1:8080/v1' },
  { name: 'vllm', label: 'vLLM', url: 'http://127.0.0.1:8000/v1' },
]

/** A provider that takes a key. */
export interface KeyProvider {
  readonly name: string
  readonly label: string
  /** Names of the environment variable that may hold the key; the first one set counts. */
  readonly variables: readonly string[]
  /** What speaks its protocol best. */
  readonly protocol: 'openai' | 'anthropic' | 'google' | 'openai-compatible'
  /** Base URL; for `openai-compatible` only. */
  readonly url?: string | undefined
  readonly model: string
  readonly tier: ModelTier
  /** `shared` where prompts may be used for training, at least on the free plan, or pass through third parties. */
  readonly privacy: ModelPrivacy
  /** Those of the free plan, where there is one; a provider's own word, a 429, counts in any case. */
  readonly limits?: SlotLimits | undefined
}

/** Providers that {@link detectKeys} knows, in order of priority. */
export const keyProviders: readonly KeyProvider[] = [
  {
    name: 'anthropic',
    label: 'Anthropic',
    variables: ['ANTHROPIC_API_KEY'],
    protocol: 'anthropic',
    model: 'claude-sonnet-5',
    tier: 'capable',
    privacy: 'private',
  },
  {
    name: 'openai',
    label: 'OpenAI',
    variables: ['OPENAI_API_KEY'],
    protocol: 'openai',
    model: 'gpt-5.4-mini',
    tier: 'capable',
    privacy: 'private',
  },
  {
    name: 'google',
    label: 'Google Gemini',
    variables: ['GOOGLE_GENERATIVE_AI_API_KEY', 'GEMINI_API_KEY'],
    protocol: 'google',
    model: 'gemini-3.8-flash',
    tier: 'standard',
    privacy: 'shared',
  },
  {
    name: 'xai',
    label: 'xAI',
    variables: ['XAI_API_KEY'],
    protocol: 'openai-compatible',
    url: 'https://api.x.ai/v1',
    model: 'grok-4',
    tier: 'capable',
    privacy: 'private',
  },
  {
    name: 'cerebras',
    label: 'Cerebras',
    variables: ['CEREBRAS_API_KEY'],
    protocol: 'openai-compatible',
    url: 'https://api.cerebras.ai/v1',
    model: 'gpt-oss-120b',
    tier: 'standard',
    privacy: 'private',
    limits: { requestsPerMinute: 30, requestsPerDay: 14_400 },
  },
  {
    name: 'groq',
    label: 'Groq',
    variables: ['GROQ_API_KEY'],
    protocol: 'openai-compatible',
    url: 'https://api.groq.com/openai/v1',
    model: 'openai/gpt-oss-120b',
    tier: 'standard',
    privacy: 'private',
    limits: { requestsPerMinute: 30, requestsPerDay: 1_000 },
  },
  {
    name: 'mistral',
    label: 'Mistral',
    variables: ['MISTRAL_API_KEY'],
    protocol: 'openai-compatible',
    url: 'https://api.mistral.ai/v1',
    model: 'mistral-large-latest',
    tier: 'standard',
    privacy: 'shared',
    limits: { requestsPerMinute: 60 },
  },
  {
    name: 'deepseek',
    label: 'DeepSeek',
    variables: ['DEEPSEEK_API_KEY'],
    protocol: 'openai-compatible',
    url: 'https://api.deepseek.com/v1',
    model: 'deepseek-chat',
    tier: 'standard',
    privacy: 'shared',
  },
  {
    name: 'openrouter',
    label: 'OpenRouter',
    variables: ['OPENROUTER_API_KEY'],
    protocol: 'openai-compatible',
    url: 'https://openrouter.ai/api/v1',
    model: 'openrouter/auto',
    tier: 'standard',
    privacy: 'shared',
  },
  {
    name: 'together',
    label: 'Together',
    variables: ['TOGETHER_API_KEY'],
    protocol: 'openai-compatible',
    url: 'https://api.together.xyz/v1',
    model: 'meta-llama/Llama-3.3-70B-Instruct-Turbo',
    tier: 'standard',
    privacy: 'private',
  },
]
