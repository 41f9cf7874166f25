/** Rules for what is said to the agent itself. */

import { call, type Rule, rule, say } from './clause.js'

/** Greetings, and questions about the agent. */
export const topics: readonly Rule[] = [
  rule(
    /^(?:hi|hello|hey|hiya|howdy|yo|greetings|good (?:morning|afternoon|evening|day)|moin|hallo)(?: there| again| salp| everyone)*$/i,
    () => say('greeting'),
  ),
  rule(
    /^(?:(?:many )?thanks(?: a lot| so much| very much)?|thank you(?: so much| very much)?|thx|ty|cheers|great|perfect|nice|awesome|cool|well done|good job|got it|ok|okay|sounds good)(?:[,!. ]+(?:thanks|thank you|salp))?$/i,
    () => say('thanks'),
  ),
  rule(/^(?:bye|goodbye|good night|see you(?: later)?|cya|farewell|that(?:'s| is) all)$/i, () => say('farewell')),
  rule(
    /^(?:who|what)(?: exactly)?(?: are|'re| r) you$|^(?:introduce|explain|describe) (?:yourself|what you are|who you are)$|^tell me (?:what|who) you are$|^(?:tell me|say something) about yourself$|^what(?:'s| is) your name$|^are you (?:an? )?(?:ai|llm|language model|bot|human|robot|real|chatgpt|person|model|machine).*$|^(?:what|which) (?:language )?model (?:are you|is this|do you use|are you using|powers you)(?: using| running)?$|^how do you work$|^what is (?:this|salp|the reflex model)$/i,
    () => say('identity'),
  ),
  rule(
    /^(?:help(?: me)?|\?|commands?|usage|what (?:can|could) (?:you|i) (?:do|say|ask|type)(?: here| for me| you)?|how (?:can|could) you help(?: me)?|what are you (?:able to do|capable of|good (?:at|for))|(?:show|list|what are) (?:me )?(?:your |the )?(?:capabilities|abilities|features|commands|skills|tools)(?: you have)?|how do i use (?:you|this|salp)|what tools do you have|how does this work|what do you do|(?:explain|tell me|show me) (?:what|how) (?:you can|can you|to) (?:do|help)(?: me)?)$/i,
    () => say('help'),
  ),
  rule(
    /^how (?:do|can|could|would|should) (?:i|we|you) (?:connect|use|add|configure|set ?up|plug in|attach|enable|install|get) (?:to )?(?:an? |the |my |another |some )?(?:real |better |actual |local |different |proper )*(?:language )?(?:model|llm|ollama|lm studio|llama\.?cpp|vllm|openai|api key|key|ai|provider|brain).*$|^(?:connect|use|switch to|set ?up) (?:an? |the |my )?(?:real |better |local |different )*(?:language )?(?:model|llm|ollama|lm studio|openai).*$/i,
    () => say('connect'),
  ),
]

/** How the agent is. */
export const status: readonly Rule[] = [
  rule(
    /^(?:(?:(?:show|give|tell|report|print|display|check|get|what(?:'s| is))(?: me)? )?(?:your|the|a|an|agent|system|current|salp(?:'s)?|my agent's)?(?: (?:current|agent|system))? ?(?:status|state|health|diagnostics|condition)(?: report| check)?|how are (?:you|things)(?: doing| feeling| going| today)*|how(?:'s| is) (?:it|everything) going|how do you (?:do|feel)|are you (?:ok|okay|alive|well|healthy|there|up|running|awake|working)|what(?:'s| is) (?:up|going on|happening)|sup|how many (?:memories|facts|things) do you (?:have|know|remember)|how much do you (?:know|remember)|what(?:'s| is) your (?:regime|budget|state of mind))$/i,
    () => call('agent_status', {}),
  ),
]
