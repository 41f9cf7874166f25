/** Which models look at images, and what the others get in place of them. */

import { withoutImages } from '@salp/agent'
import { joinTexts, type Slot } from '@salp/models'
import { wrapLanguageModel } from 'ai'

/** Providers all of whose models see. */
const seeingProviders = /^(?:anthropic|openai|google)\b/i

/** Families that see, by the names that their makers publish them under. */
const seeingModels =
  /vision|multimodal|omni|(?:^|[^a-z])(?:vl|vlm)(?:[^a-z]|$)|claude|gemini|gpt-4o|gpt-4\.1|gpt-5|llava|pixtral|moondream|minicpm-v|internvl|gemma-?3|gemma-?4|llama-?4|grok-4|mistral-(?:small|medium|large)|ministral-3|glm-[\d.]+v/i

/** Models of a family that see, which do not themselves. */
const blindModels = /gemma-?3n?[:-](?:1b|270m)/i

/**
 * Tells whether a model looks at images: what the settings say, or a guess by its name, since few servers tell.
 *
 * @param settings - `images`: what an operator knows of the model.
 */
export function seesImages(
  { provider, modelId }: Pick<Slot['model'], 'provider' | 'modelId'>,
  { images }: { readonly images?: boolean | undefined },
): boolean {
  if (images !== undefined) return images
  return seeingProviders.test(provider) || (seeingModels.test(modelId) && !blindModels.test(modelId))
}

/** A model that is told in words of images that it cannot see, in one text as {@link joinTexts} has it. */
export function blind(model: Slot['model']): Slot['model'] {
  return wrapLanguageModel({ model, middleware: [withoutImages(), joinTexts()] })
}
