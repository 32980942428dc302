import type { Scope, ScopeMetrics } from '@homeostat/signals'
import { disposeTogether } from '@homeostat/signals'
import type { AttachableReader } from './attachable-reader.ts'
import { readersOf } from './readers-of.ts'
import { forTextExposition } from './text-exposition.ts'
import { wrapCollect } from './wrapped-collect.ts'

/** A `PrometheusExporter`, by the handler that only it has. */
export function writesText(reader: object): reader is AttachableReader {
  const { getMetricsRequestHandler, collect } = reader as Partial<AttachableReader> & {
    readonly getMetricsRequestHandler?: unknown
  }
  return typeof getMetricsRequestHandler === 'function' && typeof collect === 'function'
}

/**
 * Keeps the Prometheus texts of a provider clean where nobody attached its readers, so that our metrics reach them through
 * a Meter: what they collect is cut as it is for attached ones. Other readers are left alone.
 *
 * @param own - our scopes, the one that takes what several of them carry first
 * @param onError - takes what fails in our part of a collection; the application's part is exported then
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
