import { performance } from 'node:perf_hooks'
import { after, writeLine } from '@homeostat/signals'
import { LONGEST_MS } from '@homeostat/signals/options'
import type { LagOverride } from './pool/lag-limit.ts'
import type { Arm } from './pool/arm.ts'
import type { ReplicaShare } from './pool/replica-share.ts'
import type { ReplicaRoutingParts } from './replica-routing-parts.ts'
import type { RoutingCounts } from './pool/routing-counts.ts'
import type { Route } from './routing/statement-routes.ts'
import { ISSUER, nextMoment } from './positions/moments.ts'
import type { ReadContext } from './positions/read-context.ts'
import { httpTokens, type HttpTokenOptions, type TokenAnswer, type TokenMiddleware } from './tokens/http-tokens.ts'
import { JOB_TOKEN, jobTokens, type JobTokenOptions, type TokenJob } from './tokens/job-tokens.ts'
import { PendingTokens } from './tokens/pending-tokens.ts'
import type { ReadToken, TokenSigner } from './tokens/read-token.ts'

/** How one replica is. */
export interface ReplicaState {
  readonly name: string
  /** Whether it answers statements now, as far as the age of its data and its breaker say. */
  readonly isInUse: boolean
  readonly breaker: 'closed' | 'open' | 'half-open'
  /** How old its data is at most, in milliseconds; undefined while it is not known. */
  readonly lagMs: number | undefined
  /** Reads that it is running. */
  readonly running: number
  /** Reads that it has answered. */
  readonly answered: number
}

/** Keeps the process alive until the work has ended: the connections to the servers do not. */
async function held<T>(work: () => Promise<T>): Promise<T> {
  using _ = after(LONGEST_MS, () => {}, { holdsProcess: true })
  return await work()
}

/** The routing of a pool: contexts, tokens, and what it has done. */
export class ReplicaRouting {
  readonly #parts: ReplicaRoutingParts
  readonly #pending = new PendingTokens()

  /** @internal @param parts - all of {@link ReplicaRoutingParts}, whose types no application needs */
  constructor(parts: object) {
    this.#parts = parts as ReplicaRoutingParts
  }

  /** The share of contexts whose reads may use replicas, from 0 to 1. Code outside of a context draws per statement. */
  get weight(): number {
    return this.#parts.share.weight
  }

  set weight(weight: number) {
    if (typeof weight !== 'number' || !(weight >= 0 && weight <= 1)) return
    this.#parts.share.weight = weight
  }

  /** @internal Contexts of the arm `control` keep an earlier weight, until it is called without arms. */
  divide(arms: ((unit: string) => Arm) | undefined, control: number): void {
    this.#parts.share.divide(arms, control)
  }

  /** @internal What the halves have read while a trial divided them. */
  get halves(): ReplicaShare['halves'] {
    return this.#parts.share.halves
  }

  /** Settles when the grammar is loaded and each server was asked once, or did not answer. */
  get ready(): Promise<void> {
    return held(async () => this.#parts.ready)
  }

  /** What routing has done so far. */
  get counts(): RoutingCounts {
    return this.#parts.routed.counts
  }

  /**
   * Runs the code of one request or job in a context of its own: a read then waits for the writes of that context, and not for those of
   * the whole process. Inside of a context `work` joins it.
   *
   * @param token - of the request or job that it continues. One that is not signed by us counts as `pending`: reads take the primary until
   * its position at this moment is known
   */
  run<T>(work: () => T, token?: string): T {
    const { routed, monitor, signer } = this.#parts
    const outer = routed.storage.getStore()
    const context = outer ?? routed.newContext()
    if (token !== undefined) {
      const read = signer?.verify(token)
      if (read?.kind === 'pending') context.continueAfter(this.#pending.momentOf(read), 'pending')
      else if (read !== undefined && read.system === monitor.system) context.continueFrom(read.position)
      else context.continueAfter(nextMoment(), 'unreadable')
    }
    return outer === undefined ? routed.storage.run(context, work) : work()
  }

  /**
   * What a later request or job has to present to see everything that this context has written and read; undefined where nothing was
   * written in it and it continues no token, and outside of a context when the process has written nothing. It takes no time: a position
   * that is not known yet becomes a pending token, which is as exact.
   *
   * @throws TypeError without the option `tokenSecrets`
   */
  token(): string | undefined {
    const { routed } = this.#parts
    const signer = this.#signer()
    const context = routed.storage.getStore() ?? routed.everybody
    return this.#hasWritten(context) || context.continues ? signer.sign(this.#tokenOf(context)) : undefined
  }

  /**
   * @internal What the answer to the present request gives its client; undefined without anything to give. One that the client has to keep
   * from now on is news: what only continues would otherwise be kept for as long as the client goes on.
   */
  answer(): TokenAnswer | undefined {
    const context = this.#parts.routed.storage.getStore()
    if (context === undefined) return undefined
    const { continues } = context
    const hasWritten = this.#hasWritten(context)
    if (!hasWritten && (continues === undefined || continues === 'unreadable')) return undefined
    const token = this.#tokenOf(context)
    const isNews = hasWritten || (continues === 'pending' && token.kind === 'position')
    return { token: this.#signer().sign(token), isNews }
  }

  #hasWritten(context: ReadContext): boolean {
    const routes = this.#parts.routes()
    return context.hasWritten || context.unlearned.some(text => routes?.of(text) !== 'read')
  }

  #tokenOf(context: ReadContext): ReadToken {
    const { routed, monitor } = this.#parts
    const system = monitor.system ?? '0'
    const isKnown = context.settleAll(monitor.ring, routed.everyone)
    return isKnown && monitor.system !== undefined
      ? { kind: 'position', system, position: context.floor }
      : { kind: 'pending', system, issuer: ISSUER, moment: context.lastMoment || nextMoment() }
  }

  /**
   * Like {@link token}, after a wait for its position: whoever presents it reads from a replica at once when that one has it, where a pending
   * token costs a read on the primary. It is pending after all where the primary does not answer in time.
   *
   * @throws TypeError without the option `tokenSecrets`
   */
  async knownToken(): Promise<string | undefined> {
    const { routed, monitor } = this.#parts
    const context = routed.storage.getStore() ?? routed.everybody
    for (let answers = 0; answers < 10 && !context.settleAll(monitor.ring, routed.everyone); answers++) {
      monitor.wanted()
      await monitor.nextAnswer(100)
    }
    return this.token()
  }

  /**
   * Middleware for HTTP servers: a context per request, whose token comes and goes as a cookie and a header.
   *
   * @throws TypeError without the option `tokenSecrets`, unless neither carries it
   */
  middleware(options?: HttpTokenOptions): TokenMiddleware {
    if (options?.cookie !== false || options.header !== false) this.#signer()
    return httpTokens(this, options)
  }

  /** The data of a job with the token of this context, for `queue.add()`. The data itself is not changed. */
  jobData<Data extends object>(data: Data): Data {
    const token = this.token()
    return token === undefined ? data : { ...data, [JOB_TOKEN]: token }
  }

  /** A processor for a BullMQ `Worker` that runs each job in a context which continues the one that has added it, see {@link jobData}. */
  processor<Job extends TokenJob, Result, Rest extends readonly unknown[] = []>(
    processor: (job: Job, token?: string, ...rest: Rest) => Promise<Result>,
    options?: JobTokenOptions,
  ): (job: Job, token?: string, ...rest: Rest) => Promise<Result> {
    return jobTokens(this, processor, options)
  }

  /** Whether some replica has what the present context needs. Where that position is not known yet, the next answers are awaited. */
  async hasReplica(): Promise<boolean> {
    const { routed, monitor, replicas } = this.#parts
    const context = routed.storage.getStore() ?? routed.everybody
    monitor.used(performance.now())
    // The position of the primary, and then that of a replica.
    for (let answers = 0; answers < 2 * replicas.length + 2; answers++) {
      const isKnown = context.settleAll(monitor.ring, routed.everyone)
      if (isKnown && replicas.some(each => each.isUsable(monitor.timeline) && each.position >= context.floor))
        return true
      monitor.wanted()
      await monitor.nextAnswer(1_000)
    }
    return false
  }

  /**
   * What a statement does, from what its text and the catalog say: `read`, or why it stays on the primary.
   *
   * @throws TypeError for what is not a text
   */
  async classify(text: string): Promise<Route | 'no_grammar'> {
    if (typeof text !== 'string') throw new TypeError('classify() takes the text of a statement')
    return held(async () => {
      await this.#parts.ready
      return (await this.#parts.routes()?.classify(text)) ?? 'no_grammar'
    })
  }

  /** Where a read of this text would run now, in the present context: the name of a replica, or why it would stay on the primary. */
  placeOf(text: string): string {
    const route = this.#parts.routes()?.of(text) ?? 'no_grammar'
    return route === 'read' ? this.#parts.routed.placeOfRead() : route
  }

  /** Settles when the statements that have come so far are learned. */
  async learned(): Promise<void> {
    await held(async () => {
      await this.#parts.ready
      await this.#parts.routes()?.settled()
    })
  }

  /**
   * Uses replicas with older data for some time, while the primary is saturated. Reads of a context still see its writes. It ends by itself.
   *
   * @returns dispose it to end it early
   * @throws TypeError for times that are not above 0 or longer than a day, and without a reason
   */
  overrideLag(override: LagOverride): Disposable {
    const { maxLagMs, forMs = 600_000, reason } = Object(override) as LagOverride
    const areTimes = [maxLagMs, forMs].every(each => typeof each === 'number' && each > 0) && forMs <= LONGEST_MS
    if (!areTimes || typeof reason !== 'string' || reason === '')
      throw new TypeError('overrideLag() takes maxLagMs above 0, forMs above 0 and of at most a day, and a reason')
    writeLine(
      'warn',
      `@homeostat/pg: replicas may lag by ${maxLagMs} ms for the next ${Math.round(forMs / 1000)} s: ${reason.slice(0, 200)}`,
    )
    return this.#parts.lag.override(override, performance.now())
  }

  /** How many times a replica was found to be a primary, of another history than the last one known of the primary. */
  get promotions(): number {
    return this.#parts.promotions.count
  }

  /** How each replica is now. */
  get replicas(): readonly ReplicaState[] {
    const { replicas, monitor, lag } = this.#parts
    const now = performance.now()
    return replicas.map(replica => {
      const lagMs = replica.lagMs(now)
      return {
        name: replica.name,
        isInUse: replica.isUsable(monitor.timeline) && replica.breaker.state === 'closed' && lagMs <= lag.limitMs(now),
        breaker: replica.breaker.state,
        lagMs: Number.isNaN(lagMs) ? undefined : Math.max(0, lagMs),
        running: replica.reads.size,
        answered: replica.answered,
      }
    })
  }

  #signer(): TokenSigner {
    const { signer } = this.#parts
    if (signer === undefined) throw new TypeError('tokens need the option tokenSecrets of createReplicaPool()')
    return signer
  }

  /** Routes nothing any more, and ends the replicas' pools that were made here. The primary's pool goes on as it was before. */
  stop(): Promise<void> {
    return this.#parts.stop()
  }
}
