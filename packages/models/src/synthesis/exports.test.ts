import { expect, test } from 'vitest'
import * as synthesis from './index.js'
import * as node from './node/index.js'

test('the entries export what they are meant to', () => {
  expect({
    './synthesis': Object.keys(synthesis).sort(),
    './synthesis/node': Object.keys(node).sort(),
  }).toMatchInlineSnapshot(`
    {
      "./synthesis": [
        "ExampleError",
        "SignatureError",
        "SynthesizerStateError",
        "Values",
        "createSynthesizer",
        "exampleSearch",
        "fragmentsByName",
        "inline",
        "knowledgeName",
        "learn",
        "learnLibrary",
        "learntGuide",
        "learntSynthesizer",
        "mergeStates",
        "parseSearchName",
        "parseState",
        "parseType",
        "primitives",
        "printProgram",
        "readTask",
        "runProgram",
        "searchName",
        "unlearned",
        "unlearnedGuide",
      ],
      "./synthesis/node": [
        "SynthesisThreadError",
        "createSynthesizerThread",
        "isIdentifier",
        "readSavedState",
        "saveState",
        "trainGuideNet",
      ],
    }
  `)
})
