/** English words that say nothing about what is looked for. */

const list = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Words of grammar, folded. They leave the question, never the index. */
export const stopWords = list(`
a about above after again against all also although am an and another any anybody anyone anything are aren around as at
be because been before being below between both but by can cannot could couldn d did didn do does doesn doing don done
down during each either else ever every few for from further had hadn has hasn have haven having he her here hers herself
him himself his how however i if in into is isn it its itself just ll m many may maybe me might mine more most much must
mustn my myself need neither no nor not now of off often on once one only onto or other others ought our ours ourselves out
over own please quite rather re really s same shall shan she should shouldn since so some somebody someone something still
such t than thanks that the their theirs them themselves then there these they thing things this those though through to
too under until up upon us ve very was wasn we were weren what whatever when whenever where wherever whether which
whichever while who whoever whom whose why will with within without won would wouldn yes yet you your yours yourself
yourselves
`)

/** Words of asking, folded: they speak to the memory, not about what is in it, unless nothing else is asked. */
export const askingWords = list(`
forget forgot hello hey hi know recall remember remind tell told
`)

/** What says nothing in questions written without spaces: Chinese words of asking and grammar, and hiragana, most of which is grammar. */
export const unspacedStops =
  /什么时候|什麼時候|为什么|為什麼|什么|什麼|怎么|怎麼|怎样|怎樣|哪里|哪裡|哪儿|哪个|哪個|哪|谁|誰|多少|几|幾|如何|是否|请问|請問|吗|嗎|呢|吧|的|了|是|在|いつ|何|\p{Script=Hiragana}+/gu
