import { expect, test } from 'vitest'
import * as a2a from './a2a/index.js'
import * as acp from './acp/index.js'
import * as entry from './index.js'
import * as mcp from './mcp/index.js'
import * as node from './node/index.js'

test('the entry exports', () => {
  expect(Object.keys(entry)).toMatchInlineSnapshot(`
    [
      "ActivityError",
      "createActivities",
      "agentSources",
      "createAgent",
      "InputError",
      "maxInputLength",
      "createAutonomy",
      "createReviewer",
      "WorkError",
      "govern",
      "decideTier",
      "defaultTiers",
      "policyRuleSchema",
      "PolicyError",
      "parsePolicy",
      "createSecondKeys",
      "partnerSchema",
      "SecondKeyError",
      "signIn",
      "createAgentApi",
      "createModelApi",
      "RequestError",
      "defineRoute",
      "modulesSchema",
      "secondKeyRoutes",
      "withoutImages",
      "agentMigrations",
      "agentStatusSchema",
      "approvalSchema",
      "auditEntrySchema",
      "decisionSchema",
      "eventSchemas",
      "activitySchema",
      "trainingSchema",
      "routineInputSchema",
      "workOrderSchema",
      "createPush",
      "PushError",
      "pushMigrations",
      "replay",
      "replayedEvents",
      "readFeed",
      "routineMigrations",
      "createRoutines",
      "rpcRoutes",
      "ApprovalError",
      "createDeliveries",
      "deliveryMigrations",
      "QuestionError",
      "SessionError",
      "createTool",
      "ToolError",
      "createCartridgeTools",
      "createRoutineTools",
      "createSplitTool",
      "createSynthesisTool",
      "turnLimitsSchema",
    ]
  `)
})

test('the entry for Node exports', () => {
  expect(Object.keys(node)).toMatchInlineSnapshot(`
    [
      "CheckoutError",
      "openGitCheckout",
      "createLocalTools",
      "createLook",
      "openMcpTransport",
      "openPlace",
      "findSandbox",
      "secretPlaces",
      "secretValues",
      "setApart",
      "withoutSecrets",
      "createCommandTool",
      "createFetchTool",
      "createReadTools",
      "withSpeculation",
      "createWorkspace",
      "createWriteTools",
      "openUndoLog",
      "UndoError",
    ]
  `)
})

test('the entry for editors exports', () => {
  expect(Object.keys(acp)).toMatchInlineSnapshot(`
    [
      "acpRoutes",
      "clientServers",
      "createSessionPlaces",
      "PlaceError",
      "placesMigrations",
      "describeAgent",
      "serveAcp",
    ]
  `)
})

test('the entry for other agents exports', () => {
  expect(Object.keys(a2a)).toMatchInlineSnapshot(`
    [
      "a2aRoutes",
      "AskError",
      "createAsker",
      "createAskAgentTool",
      "serveA2a",
      "a2aMigrations",
    ]
  `)
})

test('the entry for MCP exports', () => {
  expect(Object.keys(mcp)).toMatchInlineSnapshot(`
    [
      "credentialsSchema",
      "callbackPath",
      "clientMetadataPath",
      "mcpCallbackRoutes",
      "mcpServerRoutes",
      "McpError",
      "openMcpServers",
      "mcpMigrations",
      "mcpServersSchema",
      "createMcpService",
      "transcript",
      "mcpLineRoutes",
      "serveMcp",
    ]
  `)
})
