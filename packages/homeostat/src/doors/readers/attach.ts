import type { Registry, ScopeMetrics, SignalProducer } from '@homeostat/signals'
import { isReader } from './attachable-reader.ts'
import { shownClassOf } from '../class-name.ts'
import type { DoublingScope } from './doubled-metrics.ts'
import { doublingScopes, withoutDoubled } from './doubled-metrics.ts'
import { providerOf } from '../provider-of.ts'
import { forTextExposition } from '../text-exposition.ts'
import { writesText } from './text-readers.ts'
import { wrapCollect } from './wrapped-collect.ts'

export interface AttachTarget {
  readonly registries: readonly Registry[]
  /** Takes the metrics that the reader collected from the other scopes of its provider. */
  offer(reader: object, scopes: readonly ScopeMetrics[], provider: object): void
  /** Takes the resource of a collection, and the reader itself, which knows its provider once the SDK has started. */
  onResource(owner: unknown): void
  /** Takes the scopes that export metrics under names of ours, where both are exported. */
  onDoubled(scopes: readonly DoublingScope[]): void
  /** Whether ours are exported too under a name that another instrumentation exports. */
  readonly exportsDoubles: boolean
  /** The reader exports our metrics from now on. Returns whether they were exported otherwise before. */
  takeOver(): boolean
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

/** The target that each reader serves now. A bundle holds another copy of this module, which must not serve the same reader. */
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
  const change = (others: ScopeMetrics[], resource: unknown): ScopeMetrics[] => {
    // The wrap stays in place where somebody has wrapped it since: then it does nothing.
    if (attachedTo.get(reader) !== target) return others
    target.offer(reader, others, providerOf(reader, resource))
    target.onResource(resource)
    const read = producers.map(producer => producer.read()).filter(scope => scope.metrics.length > 0)
    if (engine !== undefined && writesText(reader)) return [...others, ...forTextExposition(read, others, engine.scope)]
    if (!target.exportsDoubles) return [...others, ...withoutDoubled(read, others)]
    target.onDoubled(doublingScopes(read, others))
    return [...others, ...read]
  }
  const wrapped = wrapCollect(reader, { change, onError: error => target.onError(error) })
  if (!wrapped) throw new NotAReaderError(reader)
  attachedTo.set(reader, target)
  // Last: from here on the registries are exported by readers alone.
  const isContinued = target.takeOver()
  producers = target.registries.map(registry => registry.producer(reader))
  // The first delta then begins now, and not with the process: what was counted before is exported already.
  if (isContinued) for (const producer of producers) producer.read()

  return {
    [Symbol.dispose]: () => {
      attachedTo.delete(reader)
      wrapped[Symbol.dispose]()
    },
  }
}
