import { serverNameStyles, type ServerNameStyle } from '@homeostat/promql'

/**
 * How a backend spells the names of metrics and attributes: as a Prometheus server does, see `serverNameStyles` of `@homeostat/promql`, or
 * `datadog`, as Datadog stores what it receives by OTLP, `homeostat.cache.requests`.
 */
export type NameStyle = ServerNameStyle | 'datadog'

/** Every {@link NameStyle}, the usual one first. */
export const nameStyles: readonly NameStyle[] = [...serverNameStyles, 'datadog']
