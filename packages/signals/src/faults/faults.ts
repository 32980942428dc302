import { attributes, metrics } from '@homeostat/semconv'
import type { Attributes } from '@opentelemetry/api'
import type { MetricDefinition } from '@homeostat/semconv'
import { errorType } from './error-type.ts'
import type { Scope } from '../metrics/metric-data.ts'
import { writeLine, type LineLevel } from './lines.ts'
import { describeThrown, ignoreRejection } from './thrown.ts'

/** The part of Homeostat that failed. */
export type Component = 'signal' | 'rule' | 'action' | 'telemetry' | 'tick' | 'source'

const SUBJECTS: Record<Component, string> = {
  signal: 'a signal',
  rule: 'a rule',
  action: 'an action',
  telemetry: 'telemetry',
  tick: 'a tick',
  source: 'a source',
}

/** Where failures are counted: a registry. */
interface FaultCounters {
  readonly scope: Scope
  counter(definition: MetricDefinition): { with(attributes: Attributes): { add(): void } }
}

/** Error types are class names and codes of somebody else's making: past this many, the rest share one. */
const MAX_ERROR_TYPES = 32

/**
 * Contains failures of our own code: the application never sees one, and every one is counted in
 * `homeostat.errors` and, the first time of its kind, written as a line ({@link writeLine}).
 */
export class Faults {
  readonly #registry: FaultCounters
  readonly #seen = new Set<string>()

  constructor(registry: FaultCounters) {
    this.#registry = registry
  }

  /** Runs `work`; a throw is reported, and `undefined` is returned. A promise that rejects is reported too, and handed on. */
  contain<T>(component: Component, work: () => T): T | undefined {
    try {
      const outcome = work()
      // Promises of other realms and anything with a `then` are promises as well.
      if (typeof outcome === 'object' && outcome !== null && 'then' in outcome)
        new Promise(resolve => resolve(outcome)).catch((error: unknown) => this.report(component, error))
      return outcome
    } catch (error) {
      this.report(component, error)
      return undefined
    }
  }

  /** Counts a failure. Never throws. */
  report(component: Component, error: unknown): void {
    try {
      ignoreRejection(error)
      const type = this.#count(component, error)
      const key = `${component} ${type}`
      if (this.#seen.has(key)) return
      this.#seen.add(key)
      writeLine(
        'error',
        `${this.#registry.scope.name}: ${SUBJECTS[component]} failed and was contained: ${describeThrown(error)}; from now on only counted in ${metrics.errors.name}`,
      )
    } catch {
      // Reporting is the last resort: there is nowhere else to report to.
    }
  }

  /** Counts a failure that is logged by {@link log}, or not at all. Never throws. */
  count(component: Component, error: unknown): void {
    try {
      this.#count(component, error)
    } catch {
      // As above.
    }
  }

  /** Writes one line of ours, e.g. that something works again. Never throws. @param text - holds nothing of others */
  log(level: LineLevel, text: string): void {
    writeLine(level, `${this.#registry.scope.name}: ${text}`)
  }

  #count(component: Component, error: unknown): string {
    const type = this.#type(error)
    this.#registry
      .counter(metrics.errors)
      .with({ [attributes.component]: component, [attributes.errorType]: type })
      .add()
    return type
  }

  #type(error: unknown): string {
    const type = errorType(error)
    return this.#seen.size < MAX_ERROR_TYPES || [...this.#seen].some(key => key.endsWith(` ${type}`)) ? type : '_OTHER'
  }
}

/** Reports failures without a registry to count them in: it writes a line for the first one. */
export function logFirst(what: string): (error: unknown) => void {
  let logged = false
  return error => {
    if (logged) return
    logged = true
    writeLine('error', `homeostat: ${what} failed and was contained: ${describeThrown(error)}; reported once`)
  }
}
