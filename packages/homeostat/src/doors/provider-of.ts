/** As far as it is read: what a `MeterProvider` of SDK 2 or SDK 3 gives its reader. */
interface Collector {
  readonly _sharedState?: unknown
}

/** Readers that keep what their provider gives them where it cannot be read. */
const collectors = new WeakMap<object, Collector>()

/** Remembers what a provider gave to a reader of ours. */
export function rememberCollector(reader: object, collector: object): void {
  collectors.set(reader, collector)
}

/**
 * An object that all readers of one `MeterProvider` share and those of another do not. It is the state that the SDK keeps of
 * a provider; that is private, so where it is missing it is the provider's resource, and else the reader itself.
 */
export function providerOf(reader: object, resource: unknown): object {
  const { _sdkMetricProducer: given } = reader as { readonly _sdkMetricProducer?: Collector }
  const state = (collectors.get(reader) ?? given)?._sharedState
  if (isObject(state)) return state
  return isObject(resource) ? resource : reader
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
