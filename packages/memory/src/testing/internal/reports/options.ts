/** Options of the report commands: `--name value` pairs. */

/** Reads `--name value` pairs and bare `--flags`. */
export function readOptions(parameters: readonly string[]): ReadonlyMap<string, string> {
  const options = new Map<string, string>()
  parameters.forEach((parameter, index) => {
    const next = parameters[index + 1]
    if (parameter.startsWith('--'))
      options.set(parameter.slice(2), next === undefined || next.startsWith('--') ? '' : next)
  })
  return options
}
