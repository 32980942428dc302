import type { Scope, ScopeMetrics } from '@homeostat/signals'
import { disposeTogether } from '@homeostat/signals'
import type { AttachableReader } from './attachable-reader.ts'
import { readersOf } from './readers-of.ts'
import { forTextExposition } from '../text-exposition.ts'
import { wrapCollect } from './wrapped-collect.ts'

/** Whether a reader is a `PrometheusExporter`: only that has this handler. */
export function writesText(reader: object): reader is AttachableReader {
  const { getMetricsRequestHandler, collect } = reader as Partial<AttachableReader> & {
    readonly getMetricsRequestHandler?: unknown
  }
  return typeof getMetricsRequestHandler === 'function' && typeof collect === 'function'
}

/**
 * Keeps the Prometheus texts of a provider valid when its readers are not attached and our metrics reach them through a Meter.
 * It merges and drops our metrics as for attached readers. Other readers stay unchanged.
 *
 * @param own - our scopes; the first one takes the metrics that several of them carry
 * @param onError - takes errors of our part of a collection; its result is exported unchanged then
 * @returns disposing it gives the readers their own `collect` back
 */
export function tidyTextReaders(
  provider: object,
  own: readonly [Scope, ...Scope[]],
  onError: (error: unknown) => void,
): Disposable {
  const names = new Set(own.map(({ name }) => name))
  const isOwn = ({ scope }: ScopeMetrics): boolean => names.has(scope.name)
  const change = (scopes: ScopeMetrics[]): ScopeMetrics[] => {
    const others = scopes.filter(scope => !isOwn(scope))
    return [...others, ...forTextExposition(scopes.filter(isOwn), others, own[0])]
  }
  const tidied = (readersOf(provider) ?? [])
    // A reader that has its own `collect` is wrapped already: an attached one is tidy.
    .filter(reader => writesText(reader) && !Object.hasOwn(reader, 'collect'))
    .map(reader => wrapCollect(reader, { change, onError }))
  return disposeTogether(...tidied.filter(each => each !== undefined))
}
