/** A fake OpenAI-compatible server, for tests over real HTTP. */

export { echoScript } from './echo-script.js'
export {
  type FakeCall,
  type FakeOpenAi,
  type FakeReply,
  type FakeRequest,
  type FakeScript,
  startFakeOpenAi,
} from './fake-openai.js'
