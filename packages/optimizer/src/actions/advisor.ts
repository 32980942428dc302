import { counted, BoundedMap } from '@homeostat/signals'
import { alertKey } from '../words/alert-key.ts'
import type { Advice } from '../words/receipt.ts'
import type { AdviceGiven, AdviceState, StandingAdvice } from '../words/advice-given.ts'
import type { Action } from '../words/action.ts'
import type { Proposal } from '../words/decision.ts'
import { plainDuration } from '../words/plain-numbers.ts'
import type { Outcome } from '../words/verdict.ts'
import { DEFAULT_COOLDOWN_MS } from '../words/response.ts'

const HOUR_MS = 3_600_000
/** No response shortens this: looking costs something too, e.g. a connection to the database. */
const SHORTEST_COOLDOWN_MS = 60_000
/** Advice that repeats itself is given less often. */
const LONGEST_COOLDOWN_MS = HOUR_MS
const RUNS_PER_HOUR = 12
/** Of runs and of standing advice, the oldest are forgotten. */
const MOST_REMEMBERED = 100
/** How often it is looked whether advice was followed, and for how long. */
const FOLLOW_UP_MS = 600_000
const FOLLOW_UP_FOR_MS = 7 * 86_400_000

export interface AdvisorOptions {
  /** Runs an action under its limits; never rejects. */
  readonly run: (proposal: Proposal, now: number) => Promise<Outcome>
  /** Asks an action which advice was followed; never rejects. */
  readonly followed: (action: Action, given: readonly Advice[]) => Promise<readonly Advice[]>
  readonly clock: () => number
}

/** With the action that gave it. */
interface Standing extends StandingAdvice {
  readonly source: Action
}

interface Rest {
  readonly until: number
  /** Runs in a row without new advice. */
  readonly streak: number
}

/**
 * Runs the actions that only advise and keeps their advice. They change nothing, so they need no trial, no lease and no
 * control, and have a budget of their own.
 */
export class Advisor implements AdviceState {
  readonly #options: AdvisorOptions
  readonly #running = new Map<string, Promise<AdviceGiven>>()
  readonly #rests = new BoundedMap<string, Rest>(MOST_REMEMBERED)
  readonly #starts = new Map<string, number[]>()
  readonly #counts = new Map<string, number>()
  readonly #standing = new BoundedMap<string, Standing>(MOST_REMEMBERED)
  #given: AdviceGiven[] = []
  #news: AdviceGiven[] = []
  #adopted: StandingAdvice[] = []
  #nextFollowUp = -Infinity
  #now = -Infinity

  constructor(options: AdvisorOptions) {
    this.#options = options
  }

  /** The latest runs, oldest first. */
  get given(): readonly AdviceGiven[] {
    return this.#given
  }

  /** What was advised, the latest last. */
  get standing(): readonly StandingAdvice[] {
    return [...this.#standing.values()]
      .toSorted((a, b) => a.lastAt - b.lastAt)
      .map(({ source: _, ...advice }) => advice)
  }

  cooldownOf(proposal: Proposal): string | undefined {
    const rest = this.#rests.get(restKey(proposal))
    if (!rest || this.#now >= rest.until) return undefined
    const because = rest.streak > 1 ? `, longer than usual, for the last ${rest.streak} runs found nothing new` : ''
    return `it looks again in ${plainDuration(rest.until - this.#now)}${because}`
  }

  spentOf(action: string): string | undefined {
    const runs = (this.#starts.get(action) ?? []).filter(at => at > this.#now - HOUR_MS)
    return runs.length >= RUNS_PER_HOUR ? `it ran ${counted(runs.length, 'time')} within an hour` : undefined
  }

  isRunning(action: string): boolean {
    return this.#running.has(action)
  }

  /** The time that the gates count with. */
  at(now: number): this {
    this.#now = now
    return this
  }

  /** Begins to run what is due. */
  consult(due: readonly Proposal[], now: number): void {
    for (const proposal of due) {
      const { name } = proposal.action
      const recent = (this.#starts.get(name) ?? []).filter(at => at > now - HOUR_MS)
      this.#starts.set(name, [...recent, now])
      const run = this.#options.run(proposal, now).then(outcome => this.#ended(proposal, outcome, now))
      this.#running.set(name, run)
    }
    this.#followUp(now)
  }

  /** The runs that ended since this was last asked. */
  takeGiven(): AdviceGiven[] {
    const news = this.#news
    this.#news = []
    return news
  }

  /** The advice that was found to be followed since this was last asked. */
  takeAdopted(): StandingAdvice[] {
    const adopted = this.#adopted
    this.#adopted = []
    return adopted
  }

  /** Waits for what runs. */
  async settled(): Promise<void> {
    await Promise.all(this.#running.values())
  }

  #ended(proposal: Proposal, outcome: Outcome, startedAt: number): AdviceGiven {
    const { firing, action } = proposal
    const count = (this.#counts.get(action.name) ?? 0) + 1
    this.#counts.set(action.name, count)
    const given: AdviceGiven = {
      id: `${action.name}#${count}`,
      action: action.name,
      alert: firing.alert,
      labels: firing.labels,
      startedAt,
      endedAt: this.#options.clock(),
      ...saidIn(outcome),
    }
    this.#running.delete(action.name)
    this.#given = [...this.#given.slice(1 - MOST_REMEMBERED), given]
    this.#news.push(given)
    const isNew = given.advice.map(advice => this.#remember(advice, given, action)).includes(true)
    this.#rest(proposal, isNew, given.endedAt)
    return given
  }

  /** Keeps a piece of advice; returns whether it is new. */
  #remember(advice: Advice, { action, alert, endedAt: now }: AdviceGiven, source: Action): boolean {
    const key = JSON.stringify([action, advice.statement ?? advice.what])
    const known = this.#standing.get(key)
    const { firstAt = now, times = 0 } = known ?? {}
    // Advice that comes again after it was followed is new: somebody has undone it.
    this.#standing.set(key, { ...advice, action, alert, firstAt, lastAt: now, times: times + 1, source })
    return known === undefined || known.adoptedAt !== undefined
  }

  #rest(proposal: Proposal, isNew: boolean, now: number): void {
    const key = restKey(proposal)
    const streak = isNew ? 0 : (this.#rests.get(key)?.streak ?? 0) + 1
    const usual = cooldownOf(proposal)
    const restMs = Math.max(usual, Math.min(usual * 2 ** Math.max(0, streak - 1), LONGEST_COOLDOWN_MS))
    this.#rests.set(key, { until: now + restMs, streak })
  }

  #followUp(now: number): void {
    if (now < this.#nextFollowUp) return
    this.#nextFollowUp = now + FOLLOW_UP_MS
    const open = [...this.#standing].filter(
      ([, { adoptedAt, lastAt }]) => !adoptedAt && now - lastAt < FOLLOW_UP_FOR_MS,
    )
    for (const source of new Set(open.map(([, advice]) => advice.source))) {
      if (!source.followed || this.#running.has(source.name)) continue
      const given = open.filter(([, advice]) => advice.source === source)
      const asked = given.map(([, advice]) => advice)
      void this.#adoptFollowed(source, asked, given)
    }
  }

  async #adoptFollowed(
    source: Action,
    asked: readonly Advice[],
    given: readonly (readonly [string, Standing])[],
  ): Promise<void> {
    const followed = await this.#options.followed(source, asked)
    for (const [key, advice] of given) if (followed.includes(advice)) this.#adopt(key, advice)
  }

  #adopt(key: string, advice: Standing): void {
    if (this.#standing.get(key) !== advice) return
    const adopted = { ...advice, adoptedAt: this.#options.clock() }
    this.#standing.set(key, adopted)
    const { source: _, ...news } = adopted
    this.#adopted.push(news)
  }
}

function restKey({ firing, action }: Proposal): string {
  return `${alertKey(firing)} ${action.name}`
}

function cooldownOf({ response: { cooldownMs = DEFAULT_COOLDOWN_MS } }: Proposal): number {
  return Math.max(cooldownMs, SHORTEST_COOLDOWN_MS)
}

type Said = Pick<AdviceGiven, 'status' | 'summary' | 'errorType' | 'advice' | 'problems'>

function saidIn(outcome: Outcome): Said {
  const nothing = { advice: [], problems: [] }
  switch (outcome.status) {
    case 'completed': {
      const { summary, advice = [], problems = [] } = outcome.receipt
      return { status: 'completed', summary, advice, problems }
    }
    case 'failed':
      return { status: 'failed', summary: outcome.error, errorType: outcome.errorType, ...nothing }
    case 'timeout':
    case 'aborted':
      return { status: outcome.status, summary: outcome.error, ...nothing }
    case 'withheld':
      return { status: 'aborted', summary: 'it did not run', ...nothing }
  }
}
