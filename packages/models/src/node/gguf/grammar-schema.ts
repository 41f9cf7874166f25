/** JSON schemas as llama.cpp's library makes grammars of them, and back. */

import type { JSONSchema7 } from '@ai-sdk/provider'

/** What the library understands of a schema. */
type GrammarSchema = Readonly<Record<string, unknown>>

const anything: GrammarSchema = {
  oneOf: [
    { type: ['string', 'number', 'boolean', 'null'] },
    { type: 'object', additionalProperties: true },
    { type: 'array' },
  ],
}

/**
 * Converts a schema for the library, which demands every property, knows neither `anyOf` nor `allOf`, refers to `$defs`
 * alone, and reads what it does not know as `null`.
 *
 * An optional property may be `null` instead, which {@link withoutAbsent} takes out again. What cannot be said is left
 * open: the tool's own check tells the model.
 */
export function toGrammarSchema(schema: JSONSchema7 | boolean): GrammarSchema {
  if (typeof schema === 'boolean') return anything
  const { definitions, $defs = definitions, description } = schema
  return {
    ...constraints(schema),
    ...(description !== undefined && { description }),
    ...($defs !== undefined && { $defs: converted($defs) }),
  }
}

function constraints(schema: JSONSchema7): GrammarSchema {
  const { $ref, const: only, enum: choices, anyOf, oneOf = anyOf, type } = schema
  if ($ref !== undefined) return { $ref: $ref.replace(/^#\/definitions\//, '#/$defs/') }
  if (only !== undefined) return { const: only }
  if (choices !== undefined) return { enum: choices }
  if (oneOf !== undefined) return { oneOf: oneOf.map(toGrammarSchema) }
  if (Array.isArray(type)) return { oneOf: type.map((each) => constraints({ ...schema, type: each })) }
  switch (type) {
    case 'object':
      return objectConstraints(schema)
    case 'array': {
      const { items, minItems, maxItems } = schema
      return {
        type,
        ...(Array.isArray(items) && { prefixItems: items.map(toGrammarSchema) }),
        ...(items !== undefined && !Array.isArray(items) && { items: toGrammarSchema(items) }),
        ...(minItems !== undefined && { minItems }),
        ...(maxItems !== undefined && { maxItems }),
      }
    }
    case 'string': {
      const { minLength, maxLength } = schema
      return { type, ...(minLength !== undefined && { minLength }), ...(maxLength !== undefined && { maxLength }) }
    }
    case undefined:
      return schema.properties === undefined ? anything : objectConstraints(schema)
    default:
      return { type }
  }
}

function objectConstraints({ properties = {}, required = [], additionalProperties }: JSONSchema7): GrammarSchema {
  const open = additionalProperties ?? Object.keys(properties).length === 0
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(converted(properties)).map(([name, value]) => [
        name,
        required.includes(name) ? value : { oneOf: [value, { type: 'null' }] },
      ]),
    ),
    additionalProperties: typeof open === 'boolean' ? open : toGrammarSchema(open),
  }
}

function converted(schemas: Readonly<Record<string, JSONSchema7 | boolean>>): Record<string, GrammarSchema> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, toGrammarSchema(schema)]))
}

/** Takes optional properties that are `null` out of a value that such a grammar gave; those behind a reference or a choice stay. */
export function withoutAbsent(value: unknown, schema: JSONSchema7 | boolean | undefined): unknown {
  if (typeof schema !== 'object' || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const { items } = schema
    return value.map((item, index) => withoutAbsent(item, Array.isArray(items) ? items[index] : items))
  }
  const { properties = {}, required = [] } = schema
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, item]) => item !== null || !(name in properties) || required.includes(name))
      .map(([name, item]) => [name, withoutAbsent(item, properties[name])]),
  )
}
