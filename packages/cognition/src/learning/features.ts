/** What a learned controller sees: the substrate's state as numbers of like size. */

/** Names of the features, in order; the first is the constant. */
export const featureNames = [
  'one',
  'doubt',
  'failing',
  'surprise',
  'noradrenaline',
  'energy',
  'ambiguity',
  'demanding',
  'streak',
] as const

/** One value for each of {@link featureNames}, each about in [-1, 1]. */
export type Features = Float64Array
