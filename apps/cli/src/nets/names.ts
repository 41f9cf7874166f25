/** Nets that can be trained, in the order in which they are. The guide comes with the synthesizer. */
export const netNames = ['brain', 'quality', 'planner', 'unified'] as const

/** One of {@link netNames}. */
export type NetName = (typeof netNames)[number]
