import type { SignalInstrumentation, SignalInstrumentationConfig } from '@homeostat/signals'
import type { OptionSchema } from '@homeostat/signals/options'
import type { Rule, Store } from '@homeostat/promql'
import type { Action, Reclaimer } from './action.ts'
import type { CoordinatorCandidate } from './coordinator.ts'
import type { Knob } from './knob.ts'
import type { LedgerListener } from './ledger-entry.ts'
import type { Mode } from './mode.ts'
import type { Reflex } from './reflex.ts'
import type { Response } from './response.ts'
import type { ServerEngine } from './server-candidate.ts'
import type { ServiceGuards } from './service-guards.ts'
import type { JobStallGuard } from './stall-guard.ts'
import type { StateStoreCandidate } from './state-store.ts'

/** The loop, as a domain sees it that works on what the loop knows. */
export interface Loop {
  /** What rules read; only what some bound expression asks for is kept. */
  readonly store: Store
  /** Usual time between two ticks. */
  readonly intervalMs: number
  /** Calls the listener with the ledger entry of every tick. */
  on(listener: LedgerListener): Disposable
  /**
   * How far an action may go at this moment: `off` under the kill switch. What a domain does by itself goes no further.
   * @default `off`
   */
  modeNow?(action: string): Mode
}

/** A kind of object that `observe()` takes. */
export interface ObservedKind {
  /**
   * The expected object in messages, e.g. `a Pool or a Client of pg`. A domain that only takes note of objects which another one
   * measures leaves it out.
   */
  readonly expects?: string
  /** Measures an object from now on, once, and does not keep it alive. Returns false for anything else, and leaves it alone. */
  observe(object: object): boolean
}

/**
 * Everything a domain package provides, as one object. `homeostat()` is a list of these. Only the name is required: a domain may
 * bring nothing but signals, nothing but rules, or nothing but a server to coordinate through.
 *
 * @example
 * ```ts
 * const h = homeostat({ domains: [{ name: 'mail', rules: [{ alert: 'MailBacklog', expr: 'mail_waiting > 100' }] }] })
 * ```
 */
export interface Domain<I = SignalInstrumentation<SignalInstrumentationConfig>> {
  /** Short name, e.g. `pg`. */
  readonly name: string
  /** What measures. @default nothing is measured */
  readonly instrumentation?: I
  /** @default none */
  readonly rules?: readonly Rule[]
  /** @default none */
  readonly responses?: readonly Response[]
  /** @default none */
  readonly actions?: readonly Action[]
  /** A response sets one by naming it as its action. @default none */
  readonly knobs?: readonly Knob[]
  /** What `memory.cleanup` may call to free memory. @default none */
  readonly reclaimers?: readonly Reclaimer[]
  /** Keeps jobs while the event loop is blocked. It counts until it is governed. @default none */
  readonly stallGuard?: JobStallGuard
  /** Puts circuit breakers around calls to other services, for `h.http.guarded()`. @default none */
  readonly serviceGuards?: ServiceGuards
  /** Acts between two ticks, e.g. load shedding. It only counts until it is governed. @default none */
  readonly reflex?: Reflex
  /** Whether the process gets more work than it can serve now; for the application to ask. Cheap. @default never */
  isUnderPressure?(): boolean
  /**
   * The kind of server behind {@link coordinators} and {@link stateStores}. Its name is then a value of the options
   * `coordinator` and `stateStore` of `homeostat()`.
   */
  readonly engine?: ServerEngine
  /**
   * The servers of {@link engine} that the application uses and that have answered by now. Its processes could coordinate
   * through them.
   *
   * @param service - who coordinates with whom
   */
  coordinators?(service: string): readonly CoordinatorCandidate[]
  /** The same servers as places that keep what should outlive the process. */
  stateStores?(service: string): readonly StateStoreCandidate[]
  /**
   * The objects that the application may hand over with `observe()`, by field. Several domains may take the same field.
   * @default none
   */
  readonly observes?: Readonly<Record<string, ObservedKind>>
  /** What it does not measure in this process, and why, one line each; for the report. Cheap and free of side effects. */
  unseen?(): readonly string[]
  /** Called once, before the first tick. What it returns is disposed of at the end of the loop. */
  follow?(loop: Loop): Disposable
}

/**
 * A domain of which it is known that it brings some things, e.g. `DomainWith<PgInstrumentation, 'rules' | 'actions'>`: the
 * instrumentation and what is listed are not optional.
 */
export type DomainWith<I, Brought extends keyof Domain = never> = Domain<I> &
  Required<Pick<Domain<I>, 'instrumentation' | Brought>>

/** What a domain may ask about the domains beside it, once all of them are made. */
export interface DomainPeers {
  /** The reclaimers of all domains in use, its own included. */
  reclaimers(): readonly Reclaimer[]
}

/**
 * How `homeostat()` makes a built-in domain. A domain package exports one of these as `definition` from its subpath `domain`, and
 * `homeostat` lists it.
 */
export interface DomainDefinition<Options extends object> {
  /** The schema of its options: how they are checked and documented. */
  readonly options: OptionSchema<Options>
  /** The same object as {@link Domain.engine}, known before a domain is made. */
  readonly engine?: ServerEngine
  /** Where it stands among the domains, e.g. in the line at start: lower comes first. @default 50, and equal ones by name */
  readonly place?: number
  readonly create: (options?: Options, peers?: DomainPeers) => Domain
}
