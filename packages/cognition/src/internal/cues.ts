/** English cues, as data: a language more is a row more in each of these. */

import { type Lexicon, lexicon } from './words.js'

const list = (text: string): string[] => text.split(/\s*,\s*/)

/** A verb in the forms that speak of now and of what is to come: base, -s and -ing. Past forms tell what happened and ask for nothing. */
const present = (verb: string): string[] => {
  const stem = verb.endsWith('e') ? verb.slice(0, -1) : verb
  return [verb, `${verb}s`, `${verb === 'reset' ? 'resett' : stem}ing`]
}

/** What may precede a request without changing it; after a `request` whatever verb follows is one. */
export const courtesies: Lexicon<'courtesy' | 'request'> = lexicon({
  courtesy: list(
    "can you, could you, would you, will you, can we, could we, would you mind, let's, let us, now, then, next, also, and, so, but, ok, okay, hey, hi, hello, well, just, quickly, first, finally, always, only, i want to, i'd like to, i would like to, i need to, we need to, we should, we have to, i have to, you should, you need to, try to",
  ),
  request: list(
    "please, kindly, go ahead and, i want you to, i'd like you to, i would like you to, i need you to, help me, help me to, help us, make sure to, make sure you, don't forget to, be sure to, feel free to",
  ),
})

/** Verbs that open a request, by what they ask for. */
export const openings: Lexicon<'action' | 'planning' | 'research' | 'question'> = lexicon({
  action: list(
    'run, execute, create, make, build, deploy, fix, repair, update, upgrade, delete, remove, write, read, open, close, set, add, install, uninstall, push, pull, commit, merge, rebase, test, check, list, show, display, start, stop, restart, remember, forget, recall, store, save, note, search, find, grep, look at, look up, look for, edit, change, modify, rename, move, copy, replace, refactor, implement, generate, convert, format, lint, download, upload, fetch, send, print, cat, ls, cd, mkdir, touch, patch, apply, undo, revert, mark, finish, complete, assign, schedule, remind, draft, compose, translate, summarise, summarize, review, clean, sort, count, measure, benchmark, configure, enable, disable, connect, use, put, give, get, drop, kill, wipe, reset, erase, purge, destroy, overwrite, truncate, publish, release, tag, clone, debug, migrate, optimise, optimize, simplify, reply, answer, call, continue, retry, turn, switch, bump, document, verify, validate, prepare, tell, do it, do this, do that, do the, do something, brew, reboot, shut down, cancel, abort, git, npm, npx, pnpm, yarn, docker, kubectl, curl, cargo, pip, pay, buy, transfer, rewrite, suggest, propose, proofread, force-push, force',
  ),
  planning: list(
    'plan, outline, strategise, strategize, break down, break this down, break it down, map out, prioritise, prioritize',
  ),
  research: list(
    'research, investigate, explore, find out, look into, analyse, analyze, compare, survey, study, dig into, evaluate, assess',
  ),
  question: list('explain, describe, define, clarify, tell me, tell us, show me how, show me why, teach me'),
})

/** Verbs of making whose object decides: making a plan is planning. */
export const makers: ReadonlySet<string> = new Set(
  list('make, create, write, draft, propose, suggest, give, prepare, generate, compose, build'),
)

/** What an imperative takes next. A copula shortly after another word means that the "verb" was a noun. */
export const objectStarts: ReadonlySet<string> = new Set(
  list(
    "the, a, an, this, that, these, those, my, your, our, their, his, her, its, it, them, me, us, all, every, each, any, some, what, what's, whether, if, how, why, when, where, who, which, for, to, in, on, at, with, from, up, down, out",
  ),
)

/** Forms of being, after a subject. */
export const copulas: ReadonlySet<string> = new Set(
  list(
    "is, are, was, were, isn't, aren't, wasn't, weren't, looks, look, seems, seem, has, have, had, fails, fail, failed",
  ),
)

/** Words that open a question. */
export const interrogatives: ReadonlySet<string> = new Set(
  list(
    "what, what's, whats, why, why's, how, how's, when, when's, where, where's, who, who's, whose, whom, which, is, isn't, are, aren't, am, was, were, does, doesn't, do, don't you, did, didn't, can, could, should, would, will, has, may, might",
  ),
)

/** Cues for an intent wherever they stand. */
export const intentCues: Lexicon<'meta' | 'planning' | 'research'> = lexicon({
  meta: list(
    "yourself, your memory, your memories, your brain, your status, your state, your regime, your mood, your tools, your model, your limits, your settings, your configuration, your capabilities, your name, introspect, who are you, what are you, what can you do, what do you do, how do you work, are you a bot, are you an ai, are you human, what's your, how are you configured, show status",
  ),
  planning: list(
    'plan, plans, planning, roadmap, roadmaps, strategy, strategies, milestones, steps to, steps for, step by step, how should we, how should i, what should we do, what should i do, approach to, approach for',
  ),
  research: list(
    'research, researching, investigate, investigating, investigation, find out, look into, looking into, analyse, analyze, compare, comparison, deep dive, state of the art, pros and cons, trade-offs, tradeoffs',
  ),
})

/** Words that only keep company. */
export const pleasantries: ReadonlySet<string> = new Set(
  list(
    'hi, hello, hey, hiya, howdy, yo, good, great, nice, cool, awesome, perfect, morning, afternoon, evening, night, thanks, thank, thx, cheers, you, very, much, so, a, lot, ok, okay, yes, no, yep, nope, yeah, sure, bye, goodbye, ciao, there, all, again, how, are, is, it, going, well, done, lol, haha, welcome, salp, please, friend, everyone',
  ),
)

/** At least one of these makes pleasantries a greeting, thanks or assent. */
export const greetings: ReadonlySet<string> = new Set(
  list(
    'hi, hello, hey, hiya, howdy, yo, morning, afternoon, evening, thanks, thank, thx, cheers, ok, okay, yes, no, yep, nope, yeah, sure, bye, goodbye, ciao, lol, haha, welcome, great, nice, cool, awesome, perfect, how',
  ),
)

/** Words by the kind of work they speak of. */
export const domainCues: Lexicon<'code' | 'debug' | 'research' | 'creative' | 'admin'> = lexicon({
  debug: list(
    "bug, bugs, error, errors, exception, exceptions, crash, crashes, crashed, crashing, fail, fails, failing, failed, failure, failures, broken, broke, debug, debugging, stack trace, stacktrace, traceback, segfault, leak, leaks, hang, hangs, flaky, regression, fix, not working, does not work, doesn't work, red",
  ),
  code: list(
    'code, coding, function, functions, class, classes, method, methods, refactor, implement, typescript, javascript, python, rust, java, golang, sql, css, html, regex, api, endpoint, endpoints, test, tests, unit test, compile, compiler, repo, repository, commit, commits, branch, branches, merge, rebase, lint, types, variable, variables, module, modules, package, packages, library, libraries, import, imports, schema, algorithm, pull request, pr, diff, patch, script, component, parser',
  ),
  admin: list(
    'deploy, deployment, deploys, server, servers, install, service, services, restart, reboot, backup, backups, disk, disks, user, users, permission, permissions, schedule, remind, reminder, reminders, task, tasks, todo, calendar, meeting, meetings, email, emails, invoice, invoices, config, configure, configuration, monitor, monitoring, cron, docker, kubernetes, nginx, dns, certificate, certificates, key, keys, password, passwords, folder, folders, file, files, database, databases, upgrade, log, logs, remember, remembers',
  ),
  research: list(
    'research, investigate, investigation, compare, comparison, paper, papers, sources, evidence, survey, literature, study, studies, find out, look into, analyse, analyze, analysis, statistics, state of the art, pros and cons',
  ),
  creative: list(
    'poem, poems, story, stories, haiku, song, songs, lyrics, essay, blog, slogan, slogans, tagline, brainstorm, joke, jokes, limerick, fiction, novel, character, characters, plot, title, titles, metaphor, headline, headlines, logo',
  ),
})

/** Things in reach of tools. */
export const reachable: ReadonlySet<string> = new Set(
  list(
    'file, files, folder, folders, directory, directories, repo, repository, readme, branch, branches, commit, commits, diff, test, tests, build, server, servers, database, log, logs, task, tasks, todo, todos, reminder, reminders, memory, memories, note, notes, status, regime, budget, disk, process, processes, port, ports, page, website, url, link, today, latest, current, currently, now, yesterday, tomorrow, my, our, we, i, mine, ours, remember, told, said',
  ),
)

/** What of the agent itself takes a look to tell. */
export const introspective: ReadonlySet<string> = new Set(
  list('status, state, memory, memories, regime, task, tasks, show, configured, configuration, settings, limits'),
)

/** What a model can write by itself. */
export const compositions: ReadonlySet<string> = new Set(
  list(
    'poem, story, haiku, song, lyrics, essay, joke, limerick, slogan, tagline, headline, translate, translation, summarise, summarize, rewrite, proofread, brainstorm, metaphor, explain, define, explanation',
  ),
)

/** Words that leave open what is meant. */
export const vagueCues: Lexicon<'vague'> = lexicon({
  vague: list(
    'something, somehow, somewhere, someone, anything, whatever, whichever, maybe, perhaps, possibly, stuff, thing, things, thingy, some, better, nicer, improve, kind of, sort of, or something, and so on, etc, the usual, as needed, appropriate, properly',
  ),
})

/** Words that point at something said before. */
export const pronouns: ReadonlySet<string> = new Set(
  list('it, this, that, these, those, them, they, one, ones, he, she, him'),
)

/** Words without content of their own. */
export const fillers: ReadonlySet<string> = new Set(
  list(
    "a, an, the, and, or, but, if, so, then, than, to, of, in, on, at, by, for, from, with, into, about, as, is, are, was, were, be, been, am, do, does, did, can, could, will, would, should, shall, may, might, must, have, has, had, i, i'm, i'd, i'll, you, your, we, our, us, me, my, please, just, also, not, no, yes, there, here, what, what's, why, how, when, where, who, which, let's, up, out, now, s",
  ),
)

/** Words that bound a request. `by` is a deadline only before a time, see {@link times}. */
export const constraintCues: Lexicon<
  'before' | 'after' | 'deadline' | 'requirement' | 'prohibition' | 'restriction' | 'limit' | 'minimum' | 'exclusion'
> = lexicon({
  before: list('before'),
  after: list('after'),
  deadline: list('by, no later than, until, due'),
  requirement: list('must, always, has to, have to, needs to, make sure, ensure, required to'),
  prohibition: list(
    "must not, mustn't, cannot, can't, can not, don't, do not, never, should not, shouldn't, not allowed to, avoid, no longer",
  ),
  restriction: list('only, just the, nothing but, exclusively'),
  limit: list('at most, no more than, not more than, up to, fewer than, less than, maximum of, max'),
  minimum: list('at least, no fewer than, no less than, more than, minimum of, min'),
  exclusion: list('without, except, except for, excluding, other than, apart from'),
})

/** What after "don't" forbids nothing: "don't forget", "can't you". */
export const encouragements: ReadonlySet<string> = new Set(list('forget, hesitate, worry, mind, panic, you, we, i'))

/** Subjects that report rather than forbid: "I don't know", "they cannot log in". */
export const reporters: ReadonlySet<string> = new Set(list("i, we, they, he, she, why, it's, that's, if, what, who"))

/** What follows `by` where it means a time. */
export const times: ReadonlySet<string> = new Set(
  list(
    'monday, tuesday, wednesday, thursday, friday, saturday, sunday, january, february, march, april, may, june, july, august, september, october, november, december, jan, feb, mar, apr, jun, jul, aug, sep, sept, oct, nov, dec, today, tonight, tomorrow, noon, midnight, morning, evening, eod, eow, end, next, then, now, this, the end, christmas, lunch, dawn',
  ),
)

/** Words of possible harm. `broad` counts only beside another kind. */
export const riskCues: Lexicon<
  'destructive' | 'irreversible' | 'privileged' | 'production' | 'outage' | 'broad' | 'secret' | 'payment'
> = lexicon({
  destructive: [
    ...['delete', 'destroy', 'wipe', 'truncate', 'overwrite', 'erase', 'purge', 'reset'].flatMap(present),
    ...['table', 'tables', 'database', 'databases', 'schema', 'index', 'collection', 'column', 'db'].flatMap((thing) =>
      ['', 'the ', 'all ', 'this ', 'our ', 'every '].map((word) => `drop ${word}${thing}`),
    ),
    ...list('drop everything, get rid of, throw away, format the disk, format the drive'),
  ],
  irreversible: list(
    'force push, force-push, force-pushing, force pushing, force it, force merge, by force, irreversibly, permanently',
  ),
  privileged: list('sudo, as root, root access, as administrator, as admin, chmod, chown, disable the firewall'),
  production: list(
    'production, prod, live database, live server, live site, main branch, master branch, to main, to master, on main, on master, into main, into master',
  ),
  outage: list(
    'reboot, reboots, rebooting, shutdown, shut down, shutting down, shut it down, take down, kill the process, kill all, killall',
  ),
  broad: list('everything, everyone, all files, all the files, all data, all the data, all users, entire, whole'),
  secret: list(
    'password, passwords, api key, api keys, private key, private keys, secret key, seed phrase, credentials, access token, mnemonic',
  ),
  payment: list(
    'pay, payment, transfer money, transfer funds, send money, send funds, wire money, buy, purchase, withdraw funds',
  ),
})

/** Commands of possible harm, wherever they stand: in code and quotes too. */
export const riskyCommands: readonly { kind: 'destructive' | 'irreversible' | 'privileged'; pattern: RegExp }[] = [
  { kind: 'irreversible', pattern: /(?<![\w-])rm\s+-{1,2}[a-z-]*[rf][^\n;|&`"']{0,80}/giu },
  { kind: 'irreversible', pattern: /(?<![\w-])git\s+push\s[^\n;|&`]{0,60}?(?:--force\b|-f\b)/giu },
  { kind: 'irreversible', pattern: /(?<![\w-])git\s+(?:reset\s+--hard|clean\s+-[a-z]*f)/giu },
  { kind: 'irreversible', pattern: /(?<![\w-])(?:mkfs(?:\.\w+)?|dd\s+if=|shred)\b/giu },
  { kind: 'irreversible', pattern: /(?<!\S)--force\b/giu },
  { kind: 'destructive', pattern: /\b(?:drop|truncate)\s+(?:table|database|schema)\b/giu },
  { kind: 'destructive', pattern: /\bdelete\s+from\s+\w+/giu },
  { kind: 'privileged', pattern: /(?<![\w-])chmod\s+(?:-R\s+)?[0-7]*777\b/giu },
]
