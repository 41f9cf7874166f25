/** Checks a call's input against its tool's schema, and asks the tool what the input would do. */

import { z } from 'zod'
import type { Assessment } from '../tool.js'
import { failure, type Layer } from './pipeline.js'

/** Lets through only what fits the schema. What does not is explained to the model, field by field. */
export function validation({ maxInputBytes }: { maxInputBytes: number }): Layer {
  return {
    name: 'validation',
    async apply(call, next) {
      const sizeBytes = JSON.stringify(call.input ?? null).length
      if (sizeBytes > maxInputBytes) {
        return failure(
          'invalid',
          `Cannot call ${call.tool.name}: the input has ${sizeBytes} bytes, at most ${maxInputBytes} are taken`,
        )
      }
      const parsed = call.tool.input.safeParse(call.input)
      if (!parsed.success) {
        return failure(
          'invalid',
          `Cannot call ${call.tool.name}: ${explain(parsed.error)}`,
          `Expected ${schemaText(call.tool.input)}`,
        )
      }
      const assessment: Assessment = (await call.tool.assess?.(parsed.data)) ?? { risk: { level: 'low', reasons: [] } }
      return next({ ...call, input: parsed.data, assessment })
    },
  }
}

function explain(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length === 0 ? message : `"${path.join('.')}": ${message}`))
    .join('; ')
}

function schemaText(schema: z.ZodType): string {
  return JSON.stringify(z.toJSONSchema(schema, { io: 'input' }).properties ?? {})
}
