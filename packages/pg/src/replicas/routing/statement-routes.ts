import { BoundedMap, nextTurn } from '@homeostat/signals'
import { performance } from 'node:perf_hooks'
import { Catalog, type CatalogQuery, type CatalogRefusal } from './catalog.ts'
import type { Grammar } from '../../grammar.ts'
import { sessionChangeIn, type SessionChange } from './session-statements.ts'
import { namesIn, type StatementNames, type TextRefusal } from './statement-names.ts'

/** Why a statement stays on the primary. */
export type RouteRefusal =
  | TextRefusal
  | CatalogRefusal
  /** Not known yet: it is being learned, or too many texts are new. */
  | 'unknown'
  /** A replica has refused it. */
  | 'refused_by_replica'

/** Where a statement may run: `read` on a replica, else why not. */
export type Route = 'read' | RouteRefusal

/** Options of the routes. */
export interface StatementRoutesOptions {
  /** Postgres's grammar; without it nothing moves. */
  readonly grammar: Grammar
  /** Asks the primary's catalog. */
  readonly query: CatalogQuery
  /** Most texts remembered; the one that was learned longest ago is forgotten first. @default 2000 */
  readonly maxTexts?: number
  /** Receives what fails in the background. */
  readonly report: (error: unknown) => void
}

const MAX_TEXTS = 2_000
/** Texts that wait to be learned. What comes on top stays on the primary, and is learned when it comes again. */
const MAX_WAITING = 200
/** A text with values in it is another text each time. Learning one takes about a millisecond, so it takes 2 % of the loop at most. */
const LEARNED_PER_SECOND = 20
const BURST = 200
/** A replica may lack a table for as long as its creation is not replayed. */
const MOST_FAILURES = 5

/** What is known of a text. */
interface KnownText {
  route: Route
  /** How often a replica alone has failed it since the catalog was asked. */
  failures: number
  /** Undefined where the text alone says why it stays on the primary. */
  readonly names: StatementNames | undefined
  readonly session?: SessionChange | undefined
}

/** What each text does, learned once per text and in the background. A lookup of a known one is a single lookup in a map. */
export class StatementRoutes {
  readonly #grammar: Grammar
  readonly #catalog: Catalog
  readonly #report: (error: unknown) => void
  readonly #routes: BoundedMap<string, KnownText>
  readonly #waiting = new Set<string>()
  #learning: Promise<void> | undefined
  #tokens = BURST
  #filledAt = Number.NEGATIVE_INFINITY
  #isStopped = false

  constructor({ grammar, query, maxTexts = MAX_TEXTS, report }: StatementRoutesOptions) {
    this.#grammar = grammar
    this.#catalog = new Catalog(grammar, query)
    this.#report = report
    this.#routes = new BoundedMap(maxTexts)
  }

  /** The route of a text; `unknown` for one that is not learned yet, which is learned in the background. */
  of(text: string): Route {
    const known = this.#routes.get(text)
    if (known !== undefined) return known.route
    this.#learn(text)
    return 'unknown'
  }

  /** How many texts are known. */
  get size(): number {
    return this.#routes.size
  }

  /** Settles when every text that waits is learned, or has failed to be. */
  async settled(): Promise<void> {
    while (this.#learning !== undefined) await this.#learning
  }

  /**
   * Learns one text now.
   *
   * @throws what the catalog's query throws
   */
  async classify(text: string): Promise<Route> {
    const names = namesIn(text, this.#grammar)
    if (typeof names === 'string') {
      const session = sessionChangeIn(text, this.#grammar)
      return this.#remember(text, { route: names, failures: 0, names: undefined, session })
    }
    return this.#remember(text, { route: (await this.#catalog.refusalOf(names)) ?? 'read', failures: 0, names })
  }

  /** What a text that is not a read changes of its session. */
  sessionChange(text: string): SessionChange | undefined {
    const known = this.#routes.get(text)
    if (known === undefined || known.names !== undefined) return sessionChangeIn(text, this.#grammar)
    return known.session
  }

  /** A replica has refused the statement: it stays on the primary until the catalog is asked anew. */
  refuse(text: string): void {
    const known = this.#routes.get(text)
    if (known) known.route = 'refused_by_replica'
  }

  /** A replica has failed a statement that the primary has answered: after some times it counts as refused. */
  failedAlone(text: string): void {
    const known = this.#routes.get(text)
    if (known && ++known.failures >= MOST_FAILURES) known.route = 'refused_by_replica'
  }

  /** Forgets what was learned: the catalog has changed, or some time has passed. */
  forget(): void {
    this.#routes.clear()
    this.#catalog.forget()
  }

  /**
   * Asks the catalog again about what is known. A text whose names mean what they meant keeps its route meanwhile.
   *
   * @throws what the catalog's query throws
   */
  async refresh(): Promise<void> {
    this.#catalog.forget()
    for (const known of Array.from(this.#routes.values())) {
      if (this.#isStopped) return
      if (known.names === undefined) continue
      known.failures = 0
      const route = (await this.#catalog.refusalOf(known.names)) ?? 'read'
      if (route !== 'changed') known.route = route
    }
  }

  [Symbol.dispose](): void {
    this.#isStopped = true
    this.forget()
    this.#waiting.clear()
  }

  #remember(text: string, known: KnownText): Route {
    if (known.route !== 'changed' && !this.#isStopped) this.#routes.set(text, known)
    return known.route
  }

  /** Learns a text in the background, unless too many are new. */
  #learn(text: string): void {
    if (this.#isStopped || this.#waiting.size >= MAX_WAITING || this.#waiting.has(text)) return
    if (!this.#take(performance.now())) return
    this.#waiting.add(text)
    this.#learning ??= this.#learnAll().finally(() => void (this.#learning = undefined))
  }

  async #learnAll(): Promise<void> {
    for (const text of this.#waiting) {
      // One text per turn of the loop: parsing is synchronous.
      await nextTurn()
      try {
        if (this.#isStopped) return
        await this.classify(text)
      } catch (error) {
        this.#report(error)
      } finally {
        this.#waiting.delete(text)
      }
    }
  }

  #take(now: number): boolean {
    const gained = ((now - this.#filledAt) / 1000) * LEARNED_PER_SECOND
    if (gained > 0) {
      this.#tokens = Math.min(BURST, this.#tokens + gained)
      this.#filledAt = now
    }
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
