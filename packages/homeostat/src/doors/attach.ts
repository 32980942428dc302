import type { Registry, ScopeMetrics, SignalProducer } from '@homeostat/signals'
import { shownValue } from '@homeostat/signals/options'
import { isReader, type AttachableReader } from './attachable-reader.ts'
import { classNameOf } from './class-name.ts'
import type { DoublingScope } from './doubled-metrics.ts'
import { doublingScopes, withoutDoubled } from './doubled-metrics.ts'
import { providerOf } from './provider-of.ts'
import { forTextExposition } from './text-exposition.ts'
import { writesText } from './text-readers.ts'

export interface AttachTarget {
  readonly registries: readonly Registry[]
  /** Takes what the reader collected from everybody else of its provider. */
  offer(reader: object, scopes: readonly ScopeMetrics[], provider: object): void
  /** Takes the resource of a collection, and the reader itself, which knows its provider once the SDK has started. */
  onResource(owner: unknown): void
  /** Takes which scopes export metrics under names of ours, where both are exported. */
  onDoubled(scopes: readonly DoublingScope[]): void
  /** Whether ours are exported too under a name that another instrumentation exports. */
  readonly exportsDoubles: boolean
  onError(error: unknown): void
}

/** The argument of `attach()` is not a metric reader. */
export class NotAReaderError extends TypeError {
  override readonly name = 'NotAReaderError'
  readonly code = 'HOMEOSTAT_NOT_A_READER'

  constructor(what: unknown) {
    super(
      `attach() takes a metric reader with a collect() method, e.g. new PrometheusExporter(), but was given ${shownClassOf(what)}`,
    )
  }
}

const KEY = Symbol.for('homeostat.attached')

/** What each reader serves now. A bundle holds another copy of this module, which must not serve the same reader. */
const attachedTo = ((globalThis as { [KEY]?: WeakMap<object, unknown> })[KEY] ??= new WeakMap<object, unknown>())

/**
 * Wraps the reader's own `collect`: one collection then serves its exporter and our rules, and our registries are
 * appended to it with that reader's temporality. A reader of our own beside it would run every observable callback of
 * the process a second time, and upstream ones reset themselves inside it.
 *
 * @returns disposing it gives the reader its own `collect` back; undefined where the reader serves another Homeostat
 * @throws NotAReaderError
 */
export function attachReader(reader: object, target: AttachTarget): Disposable | undefined {
  if (!isReader(reader)) throw new NotAReaderError(reader)
  if (attachedTo.has(reader)) return undefined

  let producers: readonly SignalProducer[] = []
  const [engine] = target.registries
  const had = Object.getOwnPropertyDescriptor(reader, 'collect')
  const collect = reader.collect.bind(reader)
  const collectWithHomeostat: AttachableReader['collect'] = async options => {
    const result = await collect(options)
    // Somebody may have wrapped us since: then we stay in place and do nothing.
    if (attachedTo.get(reader) !== target) return result
    try {
      const { resourceMetrics } = result
      target.offer(reader, resourceMetrics.scopeMetrics as ScopeMetrics[], providerOf(reader, resourceMetrics.resource))
      target.onResource(resourceMetrics.resource)
      const others = resourceMetrics.scopeMetrics as ScopeMetrics[]
      const read = producers.map(producer => producer.read()).filter(scope => scope.metrics.length > 0)
      const isText = engine !== undefined && writesText(reader)
      const own = isText
        ? forTextExposition(read, others, engine.scope)
        : target.exportsDoubles
          ? read
          : withoutDoubled(read, others)
      if (target.exportsDoubles && !isText) target.onDoubled(doublingScopes(read, others))
      return { ...result, resourceMetrics: { ...resourceMetrics, scopeMetrics: [...others, ...own] } }
    } catch (error) {
      // The application's own export comes first: without us rather than not at all.
      target.onError(error)
      return result
    }
  }
  const isWrapped = Reflect.defineProperty(reader, 'collect', {
    value: collectWithHomeostat,
    configurable: true,
    enumerable: true,
    writable: true,
  })
  if (!isWrapped) throw new NotAReaderError(reader)
  attachedTo.set(reader, target)
  // Last: from here on the registries are exported by readers alone.
  producers = target.registries.map(registry => registry.producer(reader))

  return {
    [Symbol.dispose]: () => {
      attachedTo.delete(reader)
      if (reader.collect !== collectWithHomeostat) return
      if (had) Object.defineProperty(reader, 'collect', had)
      else delete (reader as Partial<AttachableReader>).collect
    },
  }
}

function shownClassOf(value: unknown): string {
  return (typeof value === 'object' ? classNameOf(value) : undefined) ?? shownValue(value)
}
