/**
 * The server from which a process fetches the last days when it starts.
 *
 * @example
 * ```ts
 * const backfill: BackfillOptions = {
 *   url: 'https://user:token@prometheus-prod-01.grafana.net/api/prom',
 *   labels: { job: 'shop' },
 * }
 * ```
 */
export interface BackfillOptions {
  /**
   * Base address of a range API: Prometheus, Mimir (`https://mimir/prometheus`), Grafana Cloud (`https://user:token@…/api/prom`).
   * A user and password in it are sent as Basic authentication and never shown.
   */
  readonly url: string
  /** Sent with every request, e.g. `X-Scope-OrgID` for Mimir. @default none */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Selects this service, e.g. `{ job: 'shop' }`: added to every selector that does not name the label itself. Without
   * it the worst of everything that the server has of a metric is taken.
   * @default none
   */
  readonly labels?: Readonly<Record<string, string>>
  /** How far back, at most 30. @default 7 */
  readonly days?: number
  /** Time between two samples, at least 1,000. @default 60000 */
  readonly stepMs?: number
  /** For one request. @default 30000 */
  readonly timeoutMs?: number
  /** For everything. @default 300000 */
  readonly totalTimeoutMs?: number
}

/** The options with their defaults. */
export type BackfillSettings = Required<Omit<BackfillOptions, 'url'>> & { readonly url: string }

export const MOST_DAYS = 30
export const LEAST_STEP_MS = 1000

export const BACKFILL_DEFAULTS = { days: 7, stepMs: 60_000, timeoutMs: 30_000, totalTimeoutMs: 300_000 } as const

/** Options that were checked, with their defaults. */
export function backfillSettings(options: BackfillOptions): BackfillSettings {
  return { headers: {}, labels: {}, ...BACKFILL_DEFAULTS, ...options }
}
