import type { FleetLease } from './coordinator.ts'
import type { Firing } from './firing.ts'
import type { Arm } from '@homeostat/judge'
import type { Advice, Receipt } from './receipt.ts'

/**
 * The blocks of time of a split. A key that was warmed stays warm, so no later block can deal it anew: an action on such units gives each
 * block units of its own, and what its metrics show in a block is of these alone.
 */
export interface SplitBlocks {
  /** Blocks that are compared. They may begin in the middle of one, and so reach into one more. */
  readonly count: number
  /** The length of one, in milliseconds. */
  readonly ms: number
  /** When the last one ends, in milliseconds since the epoch. */
  readonly until: number
}

/** What a run of an action receives. */
export interface ActionContext<Options = unknown> {
  readonly firing: Firing
  /** The response's `options` for this action. */
  readonly options: Options | undefined
  /** Start of the run, in milliseconds since the epoch. */
  readonly now: number
  /** Aborted at the timeout, at shutdown and by the kill switch. The action stops soon and returns what it did so far. */
  readonly signal: AbortSignal
  /** How long the action may hold the event loop at a stretch, in milliseconds. */
  readonly sliceMs: number
  /** For a split only: says which units to leave alone, so that the others can be compared with them. */
  readonly split?: (unit: string) => Arm
  /** For a split only: its blocks of time, for units that no block can deal anew. */
  readonly blocks?: SplitBlocks
  /** For a shared action only: the lease it runs under. An effect that checks its fence cannot come too late. */
  readonly lease?: FleetLease
}

/**
 * Something that runs once and reports what it did.
 *
 * @example
 * ```ts
 * const trim: Action = {
 *   name: 'session.trim', scope: 'process', touches: ['memory'], raises: [], lowers: ['memory'], risk: 0,
 *   async run({ signal }) {
 *     const sessions = await trimSessions({ signal })
 *     return { summary: `ended ${sessions} idle sessions`, effects: { sessions } }
 *   },
 * }
 * ```
 */
export interface Action<Options = unknown> {
  /** Dotted, e.g. `cache.warm`. */
  readonly name: string
  /**
   * `advice` for an action that changes nothing outside its own reading, e.g. one that explains a statement: it runs in mode
   * `advise` too, needs no lease, is never withheld or judged, and what its receipts advise is in `explain`, the log events
   * and the report.
   * @default 'change'
   */
  readonly kind?: 'change' | 'advice'
  /** `shared` when it touches resources that other processes use: a queue, Redis, the database. */
  readonly scope: 'process' | 'shared'
  /** Resources it works on, e.g. `cache`, `memory`. One unverified trial may be open on each. */
  readonly touches: readonly string[]
  /** What it uses more of. */
  readonly raises: readonly string[]
  /** What it is meant to lower. */
  readonly lowers: readonly string[]
  /** 0 reads or clears what is dead anyway; 3 may do damage when it is wrong. */
  readonly risk: 0 | 1 | 2 | 3
  /** True when it hurts the process while it runs, so that never more than a quarter of a fleet does it at once. @default false */
  readonly disruptive?: boolean
  /**
   * For an action that judges its own changes, so that its receipts have a `judgement`: what it compares, by which test, over which time and from
   * which size on, in one sentence. The report shows it, and the loop then withholds no run.
   * @default the loop judges
   */
  readonly estimand?: string
  /**
   * Why the action could not be run now, in one line; undefined when it could. Asked at each decision: cheap and synchronous.
   *
   * @param options - the response's `options` for this action
   */
  unready?(firing: Firing, options?: Options): string | undefined
  run(context: ActionContext<Options>): Promise<Receipt>
  /** Which of the pieces of advice that it gave somebody has followed; asked about every ten minutes. For `advice` only. */
  followed?(given: readonly Advice[], context: Pick<ActionContext, 'signal'>): Promise<readonly Advice[]>
}

/** A part of `memory.cleanup`: something that holds memory nobody needs, and can give it back. */
export interface Reclaimer {
  /** What it clears, e.g. `expired cache entries`. */
  readonly name: string
  reclaim(context: Pick<ActionContext, 'now' | 'signal' | 'sliceMs'>): Promise<Receipt>
}

/** Whether the action only advises. */
export function isAdvice({ kind }: Pick<Action, 'kind'>): boolean {
  return kind === 'advice'
}

/** The resources an action works on; one that names none works on itself. */
export function touchedBy({ name, touches }: Action): readonly string[] {
  return touches.length > 0 ? touches : [name]
}

/** Whether an action works on one of the resources. */
export function touchesAny(action: Action, resources: readonly string[]): boolean {
  for (const resource of resources) if (touches(action, resource)) return true
  return false
}

function touches(action: Action, resource: string): boolean {
  return action.touches.length > 0 ? action.touches.includes(resource) : action.name === resource
}

/** @throws DuplicateActionError when two have one name: a response could mean either */
export function actionsByName(actions: readonly Action[]): ReadonlyMap<string, Action> {
  const named = new Map<string, Action>()
  for (const action of actions) {
    if (named.has(action.name)) throw new DuplicateActionError(action.name)
    named.set(action.name, action)
  }
  return named
}

/** Two actions have one name, so a response could mean either. */
export class DuplicateActionError extends Error {
  override readonly name = 'DuplicateActionError'
  readonly code = 'HOMEOSTAT_DUPLICATE_ACTION'

  constructor(name: string) {
    super(`two actions have the name ${name}; rename one`)
  }
}
