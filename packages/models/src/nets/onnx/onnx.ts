/** Graphs as ONNX: pure `ai.onnx`, opset 20, IR version 9, so that any runtime reads them. */

import {
  type Attribute,
  type Constant,
  type ElementType,
  type Graph,
  type GraphNode,
  sizeOf,
  type Value,
} from '../graph/graph.js'
import { MessageWriter } from './protobuf.js'

/** Numbers of the element types in `TensorProto`. */
const elementTypes: Readonly<Record<ElementType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 }

/** What the file carries beside the graph. */
export interface OnnxOptions {
  readonly name: string
  /** Values of inputs, by name: they become part of the file, and inputs no more. */
  readonly weights?: ReadonlyMap<string, Float32Array> | undefined
  /** Texts about the model, by key. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/** Encodes a graph as the bytes of an ONNX file. Constants and inputs that no node reads are left out. */
export function toOnnx(
  graph: Graph,
  { name, weights = new Map(), metadata = {} }: OnnxOptions,
): Uint8Array<ArrayBuffer> {
  const model = new MessageWriter()
  model.integer(1, 9)
  model.text(2, 'salp')
  model.message(7, (writer) => writeGraph(writer, graph, name, weights))
  model.message(8, (opset) => {
    opset.text(1, '')
    opset.integer(2, 20)
  })
  for (const [key, value] of Object.entries(metadata)) {
    model.message(14, (property) => {
      property.text(1, key)
      property.text(2, value)
    })
  }
  return model.finish()
}

function writeGraph(
  writer: MessageWriter,
  graph: Graph,
  name: string,
  weights: ReadonlyMap<string, Float32Array>,
): void {
  const { nodes, unread } = liveParts(graph)
  for (const node of nodes) writer.message(1, (inner) => writeNode(inner, node))
  writer.text(2, name)
  for (const constant of graph.constants) {
    if (!unread.has(constant.value.name)) writer.message(5, (tensor) => writeTensor(tensor, constant))
  }
  const inputs = graph.inputs.filter((input) => !unread.has(input.name) || graph.outputs.includes(input))
  for (const value of inputs) {
    const data = weights.get(value.name)
    if (data !== undefined) writer.message(5, (tensor) => writeTensor(tensor, { value, data }))
    else writer.message(11, (info) => writeValue(info, value))
  }
  for (const value of graph.outputs) writer.message(12, (info) => writeValue(info, value))
}

/** Nodes that an output depends on, in order, and names of what nothing reads. Bodies of loops read names of the graph around them. */
function liveParts(graph: Graph): { nodes: GraphNode[]; unread: Set<string> } {
  const needed = new Set(graph.outputs.map(({ name }) => name))
  const nodes = graph.nodes.toReversed().filter(({ inputs, outputs, attributes }) => {
    if (!outputs.some(({ name }) => needed.has(name))) return false
    for (const { name } of inputs) needed.add(name)
    for (const name of namesReadByBodies(attributes)) needed.add(name)
    return true
  })
  const all = [...graph.constants.map(({ value }) => value), ...graph.inputs]
  // The inputs of a loop's body are its protocol, read or not.
  const unread = new Set(all.map(({ name }) => name).filter((name) => !needed.has(name)))
  return { nodes: nodes.toReversed(), unread }
}

function namesReadByBodies(attributes: Readonly<Record<string, Attribute>>): string[] {
  return Object.values(attributes).flatMap((attribute) =>
    typeof attribute === 'object' && 'body' in attribute
      ? attribute.body.nodes.flatMap(({ inputs }) => inputs.map(({ name }) => name))
      : [],
  )
}

/** The inputs of a graph that its outputs depend on, in the order they were declared: those that must be fed. */
export function liveInputs(graph: Graph): Value[] {
  const { unread } = liveParts(graph)
  return graph.inputs.filter(({ name }) => !unread.has(name))
}

function writeNode(writer: MessageWriter, { op, inputs, outputs, attributes }: GraphNode): void {
  for (const { name } of inputs) writer.text(1, name)
  for (const { name } of outputs) writer.text(2, name)
  writer.text(3, outputs[0]?.name ?? op)
  writer.text(4, op)
  for (const [name, attribute] of Object.entries(attributes)) {
    writer.message(5, (inner) => writeAttribute(inner, name, attribute))
  }
}

function writeAttribute(writer: MessageWriter, name: string, attribute: Attribute): void {
  writer.text(1, name)
  if (typeof attribute === 'number') {
    writer.integer(3, attribute)
    writer.integer(20, 2)
  } else if (typeof attribute === 'string') {
    writer.text(4, attribute)
    writer.integer(20, 3)
  } else if ('float' in attribute) {
    writer.float(2, attribute.float)
    writer.integer(20, 1)
  } else if ('body' in attribute) {
    writer.message(6, (inner) => writeBody(inner, attribute.body, name))
    writer.integer(20, 5)
  } else {
    for (const integer of attribute) writer.integer(8, integer)
    writer.integer(20, 7)
  }
}

/** The body of a loop: all its inputs stay, since their order has a meaning. */
function writeBody(writer: MessageWriter, body: Graph, name: string): void {
  const { nodes, unread } = liveParts(body)
  for (const node of nodes) writer.message(1, (inner) => writeNode(inner, node))
  writer.text(2, name)
  for (const constant of body.constants) {
    if (!unread.has(constant.value.name)) writer.message(5, (tensor) => writeTensor(tensor, constant))
  }
  for (const value of body.inputs) writer.message(11, (info) => writeValue(info, value))
  for (const value of body.outputs) writer.message(12, (info) => writeValue(info, value))
}

function writeValue(writer: MessageWriter, { name, type, shape }: Value): void {
  writer.text(1, name)
  writer.message(2, (typeWriter) =>
    typeWriter.message(1, (tensor) => {
      tensor.integer(1, elementTypes[type])
      tensor.message(2, (dimensions) => {
        for (const size of shape) dimensions.message(1, (dimension) => dimension.integer(1, size))
      })
    }),
  )
}

function writeTensor(writer: MessageWriter, { value: { name, type, shape }, data }: Constant): void {
  if (data.length !== sizeOf(shape))
    throw new RangeError(`Cannot write "${name}": ${data.length} numbers for [${shape.join(', ')}]`)
  for (const size of shape) writer.integer(1, size)
  writer.integer(2, elementTypes[type])
  writer.text(8, name)
  writer.bytes(9, littleEndian(type, data))
}

const elementBytes: Readonly<Record<ElementType, number>> = { float32: 4, int32: 4, int64: 8, bool: 1, float64: 8 }

function littleEndian(type: ElementType, data: Constant['data']): Uint8Array {
  const size = elementBytes[type]
  const view = new DataView(new ArrayBuffer(data.length * size))
  for (let index = 0; index < data.length; index++) {
    const number = data[index] ?? 0
    if (type === 'float32') view.setFloat32(index * size, number, true)
    else if (type === 'float64') view.setFloat64(index * size, number, true)
    else if (type === 'int32') view.setInt32(index * size, number, true)
    else if (type === 'int64') view.setBigInt64(index * size, BigInt(number), true)
    else view.setUint8(index, number)
  }
  return new Uint8Array(view.buffer)
}
