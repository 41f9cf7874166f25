/** What each number of the substrate means, in words. */

/** One number, explained. */
export interface Explanation {
  readonly name: string
  readonly what: string
  /** In words. */
  readonly formula: string
  /** With its unit. */
  readonly range: string
  /** What it changes in what the agent does. */
  readonly steers: string
}

/** Every number that the page shows. */
export const explanations = {
  doubt: {
    name: 'Doubt',
    what: 'How little the agent may trust its own forecasts just now.',
    formula: '1 − (1 − mean surprise) × (1 − share of recent calls that failed)',
    range: 'From 0 (certain) to 1 (lost), no unit',
    steers: 'The regime: exploit below 0.15, balanced below 0.35, explore below 0.6, else conservative.',
  },
  meanSurprise: {
    name: 'Mean surprise',
    what: 'How much outcomes surprised of late.',
    formula: 'Leaky mean of how far surprise exceeded what a right forecast would expect, squashed',
    range: 'From 0 to 1, no unit',
    steers: 'Doubt, and by it the regime.',
  },
  failing: {
    name: 'Failing',
    what: 'How many of the last calls failed, whoever was at fault.',
    formula: 'Leaky share of failures; a call counts half after 5 more',
    range: 'From 0 to 100 %',
    steers: 'Doubt, and by it the regime.',
  },
  dopamine: {
    name: 'Dopamine',
    what: 'Whether calls go better than forecast. The name is an analogy.',
    formula: '1 + 0.9 × (outcome − forecast), leaky; half of it is gone after 4 calls',
    range: 'From 0.1 to 1.9, at rest 1, a factor',
    steers: 'How much the goal counts in what is noticed on the blackboard.',
  },
  noradrenaline: {
    name: 'Noradrenaline',
    what: 'Whether outcomes surprise more than they used to. The name is an analogy.',
    formula: '1 + 0.9 × twice the surprise above the usual, leaky; half of it is gone after 6 calls',
    range: 'From 0.1 to 1.9, at rest 1, a factor',
    steers: 'More trying out, stricter checks, a leaner context and a warmer model.',
  },
  serotonin: {
    name: 'Serotonin',
    what: 'Good fortune, less what the budgets lack. The name is an analogy.',
    formula: '1 + 0.9 × (½ × reward − (1 − budget left)²), leaky; half of it is gone after 16 calls',
    range: 'From 0.1 to 1.9, at rest 1, a factor',
    steers: 'Patience: time limits of tools, the size of the context, failures in a row before it stops.',
  },
  surprise: {
    name: 'Surprise',
    what: 'How unexpected the outcome of a call was.',
    formula: '−log₂ of the chance that the belief about the tool gave to the outcome, and to its duration',
    range: 'From 0 up, in bits; 1 bit is a coin that came down the other way',
    steers: 'Doubt, noradrenaline, and how fast the past of the tool is forgotten.',
  },
  forecast: {
    name: 'Forecast',
    what: 'The chance that a correct call is answered, told before its outcome was known.',
    formula: 'Mean of the belief about the tool, adjusted for what it is used for and for how stuck the turn is',
    range: 'From 0 to 100 %',
    steers: 'The order of reads, when to stop, and when to ask you.',
  },
  reliability: {
    name: 'Works',
    what: 'How often the tool works when it is called correctly.',
    formula:
      'Beta distribution over successes and failures; counts halve in 14 days. The bar holds it with 95 % chance',
    range: 'From 0 to 100 %',
    steers: 'The order of reads, the forecast, and time limits.',
  },
  latency: {
    name: 'Takes',
    what: 'How long the tool takes: the median, and the range of two calls in three.',
    formula: 'Log-normal fit of recent durations',
    range: 'From 0 up, in ms',
    steers: 'The time limit of the next call: from half to three times what the tool asks for.',
  },
  information: {
    name: 'To learn',
    what: 'What one more call would teach about how often the tool works.',
    formula: 'Expected gain of information of the Beta distribution by one outcome',
    range: 'From 0 up, in bits',
    steers: 'The order of reads while exploring: what teaches more goes earlier.',
  },
  calibration: {
    name: 'Calibration',
    what: 'Whether what was forecast at 80 % came true in 80 % of the cases.',
    formula: 'Forecasts in ten bins: mean forecast against the share that came true',
    range: 'On the diagonal is right; below it was too sure',
    steers: 'Nothing by itself: it tells how far the other numbers can be trusted.',
  },
  brier: {
    name: 'Brier score',
    what: 'How far forecasts were from what happened.',
    formula: 'Mean of (forecast − outcome)²',
    range: 'From 0 (always right) to 1; 0.25 is what “fifty-fifty” gets',
    steers: 'Nothing by itself; lower than the base rate means that the forecasts know something.',
  },
  logLoss: {
    name: 'Log loss',
    what: 'How much chance was given to what happened; a sure miss costs most.',
    formula: 'Mean of −ln of the chance given to what happened',
    range: 'From 0 up, in nats; 0.69 is what “fifty-fifty” gets',
    steers: 'Nothing by itself; lower than the base rate means that the forecasts know something.',
  },
  salience: {
    name: 'Salience',
    what: 'How much an entry matters now.',
    formula: 'Weighted sum of novelty, learning, relevance and urgency; halves in 5 minutes',
    range: 'From 0 to 1, no unit',
    steers: 'From 0.4 others act on it: checks become strict, writes are asked about, you are asked.',
  },
  tier: {
    name: 'Model',
    what: 'How capable a model the next step gets.',
    formula: 'By the regime; one step down when a budget is nearly drained',
    range: 'Fast, standard or capable',
    steers: 'Which language model answers, where more than one is connected.',
  },
  toolBudget: {
    name: 'Calls left',
    what: 'Calls that the turn may still make.',
    formula: 'The limit less what was used; half of the rest in the conservative regime',
    range: 'From 0 up, in calls',
    steers: 'Calls beyond it are not made; at 0 the turn sums up and ends.',
  },
  context: {
    name: 'Context',
    what: 'The share of the context that memories, tasks and instructions may fill.',
    formula: 'By the regime, times patience and calm',
    range: 'From 8 to 65 %; the agent grants a quarter at least',
    steers: 'How many memories and tasks the model sees.',
  },
  exploration: {
    name: 'Trying out',
    what: 'The chance that a batch of reads begins with any of them instead of the best.',
    formula: 'By the regime, times noradrenaline',
    range: 'From 0 to 100 %',
    steers: 'The order of reads.',
  },
  patience: {
    name: 'Patience',
    what: 'A factor on the time limit of every tool.',
    formula: '0.72 + 0.28 × serotonin',
    range: 'From 0.75 to 1.35, a factor',
    steers: 'How long a call may show no sign of life.',
  },
  verification: {
    name: 'Checks',
    what: 'How deep results are checked.',
    formula: 'Strict when conservative, when a request speaks of harm, or noradrenaline is at 1.2 or more',
    range: 'Normal or strict',
    steers: 'Strict: what was written is looked at again, and what was read is read twice.',
  },
  approval: {
    name: 'Approval',
    what: 'Whether writes that a rule allows are asked about all the same.',
    formula: 'When conservative, or when a request speaks of harm',
    range: 'As the rules say, or every write',
    steers: 'What waits for you.',
  },
  retrieval: {
    name: 'Memories',
    what: 'How many memories are recalled for a turn.',
    formula: 'By the regime, or by which ranks proved useful',
    range: 'From 0 up, in memories',
    steers: 'How much of the past the model is shown.',
  },
  ask: {
    name: 'Asks you',
    what: 'Whether asking you is worth more than another call.',
    formula: 'Chance of being stuck × what an answer is worth, against the price of interrupting you',
    range: 'Yes or no',
    steers: 'The agent tells what it tried and asks how to go on, once each time that nothing works.',
  },
  integration: {
    name: 'Integration',
    what: 'How well the modules hang together. A proxy with a borrowed name.',
    formula: '0.35 × coupling + 0.35 × entries read by others + 0.3 × evenness of the reads',
    range: 'From 0 to 1, no unit',
    steers: 'How salient an entry must be to be heard.',
  },
  coupling: {
    name: 'Coupling',
    what: 'Pairs of modules between which something flowed.',
    formula: 'Active ordered pairs ÷ possible ones',
    range: 'From 0 to 1, no unit',
    steers: 'Integration.',
  },
  crossRead: {
    name: 'Read by others',
    what: 'Entries of the blackboard that another module acted on.',
    formula: 'Entries read ÷ entries posted, leaky',
    range: 'From 0 to 100 %',
    steers: 'Integration, and how salient an entry must be to be heard.',
  },
  loops: {
    name: 'Loops',
    what: 'Independent loops in the graph of who reads whom, and its separate parts.',
    formula: 'Betti numbers: loops = lines − points + parts',
    range: 'From 0 up, a count',
    steers: 'Nothing: it only describes.',
  },
} as const satisfies Record<string, Explanation>

/** A number that is explained. */
export type Explained = keyof typeof explanations

/** A module that can be switched off. */
export type ModuleName =
  | 'perception'
  | 'surprise'
  | 'belief'
  | 'precision'
  | 'neuromodulation'
  | 'blackboard'
  | 'memory'
  | 'counterfactual'
  | 'integration'
  | 'holographic'
  | 'controllers'

/** What each module does when it is on. */
export const moduleTexts: Readonly<Record<ModuleName, string>> = {
  perception: 'Reads the request by rules: intent, risk, how much is left open.',
  surprise: 'Scores outcomes against forecasts, so that doubt follows what was not expected.',
  belief: 'Learns how often each tool works and how long it takes.',
  precision: 'Picks the regime, and by it model, context and checks.',
  neuromodulation: 'Moves the three gains; while it is off they rest at 1.',
  blackboard: 'Lets modules leave what others should know; without it nobody is asked.',
  memory: 'Learns how many memories are worth recalling.',
  counterfactual: 'Learns what works for which kind of request, and draws lessons.',
  integration: 'Measures who hears whom, and sets how loud an entry must be.',
  holographic: 'Keeps bindings of situation and outcome in one vector.',
  controllers: 'Learns tier, context, recall and checks by trial instead of by rule.',
}
