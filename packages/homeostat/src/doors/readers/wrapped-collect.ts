import type { ScopeMetrics } from '@homeostat/signals'
import type { AttachableReader } from './attachable-reader.ts'

/** The part of a collection that Homeostat adds. */
export interface CollectionChange {
  /** Returns the scopes to export; the same array where nothing changes. */
  readonly change: (scopes: ScopeMetrics[], resource: unknown) => ScopeMetrics[]
  /** Takes what `change` throws. The application's own result is exported then. */
  readonly onError: (error: unknown) => void
}

/**
 * Replaces the reader's own `collect` by one that changes the result of each collection.
 *
 * @returns disposing it gives the reader its own `collect` back; undefined where the reader does not let it be replaced
 */
export function wrapCollect(reader: AttachableReader, { change, onError }: CollectionChange): Disposable | undefined {
  const had = Object.getOwnPropertyDescriptor(reader, 'collect')
  const collect = reader.collect.bind(reader)
  const wrapped: AttachableReader['collect'] = async options => {
    const result = await collect(options)
    try {
      const { resourceMetrics } = result
      const scopes = resourceMetrics.scopeMetrics as ScopeMetrics[]
      const scopeMetrics = change(scopes, resourceMetrics.resource)
      return scopeMetrics === scopes ? result : { ...result, resourceMetrics: { ...resourceMetrics, scopeMetrics } }
    } catch (error) {
      // The application's own export comes first: without us rather than not at all.
      onError(error)
      return result
    }
  }
  const isWrapped = Reflect.defineProperty(reader, 'collect', {
    value: wrapped,
    configurable: true,
    enumerable: true,
    writable: true,
  })
  if (!isWrapped) return undefined
  return {
    [Symbol.dispose]: () => {
      // Somebody may have wrapped us since: then we stay in place.
      if (reader.collect !== wrapped) return
      if (had) Object.defineProperty(reader, 'collect', had)
      else delete (reader as Partial<AttachableReader>).collect
    },
  }
}
