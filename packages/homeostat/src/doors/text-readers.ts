import type { Scope, ScopeMetrics } from '@homeostat/signals'
import { disposeTogether } from '@homeostat/signals'
import type { AttachableReader } from './attachable-reader.ts'
import { readersOf } from './readers-of.ts'
import { forTextExposition } from './text-exposition.ts'

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
 * @returns disposing it gives the readers their own `collect` back
 */
export function tidyTextReaders(provider: object, own: readonly [Scope, ...Scope[]]): Disposable {
  const names = new Set(own.map(({ name }) => name))
  const isOwn = ({ scope }: ScopeMetrics): boolean => names.has(scope.name)
  const tidied: Disposable[] = []
  for (const reader of readersOf(provider) ?? []) {
    if (!writesText(reader)) continue
    const had = Object.getOwnPropertyDescriptor(reader, 'collect')
    // Somebody has wrapped it before us: an attached reader is tidy already.
    if (had !== undefined) continue
    const collect = reader.collect.bind(reader)
    const tidy: AttachableReader['collect'] = async options => {
      const result = await collect(options)
      const { resourceMetrics } = result
      const scopes = resourceMetrics.scopeMetrics as ScopeMetrics[]
      const others = scopes.filter(scope => !isOwn(scope))
      const scopeMetrics = [...others, ...forTextExposition(scopes.filter(isOwn), others, own[0])]
      return { ...result, resourceMetrics: { ...resourceMetrics, scopeMetrics } }
    }
    reader.collect = tidy
    tidied.push({
      [Symbol.dispose]: () => {
        if (reader.collect === tidy) delete (reader as Partial<AttachableReader>).collect
      },
    })
  }
  return disposeTogether(...tidied)
}
