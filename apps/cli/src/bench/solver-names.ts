/** Ways to ask a language model for solutions. */
export const modelSolvers = ['model', 'repair', 'best-of-k', 'retrieval', 'hybrid'] as const

/** One of {@link modelSolvers}. */
export type ModelSolverName = (typeof modelSolvers)[number]
