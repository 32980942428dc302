/** The object that a `MeterProvider` of SDK 2 or SDK 3 gives its reader, as far as it is read here. */
interface Collector {
  readonly _sharedState?: unknown
}

/** The objects of readers that keep them in private fields. */
const collectors = new WeakMap<object, Collector>()

/** Remembers the object that a provider gave to a reader of ours. */
export function rememberCollector(reader: object, collector: object): void {
  collectors.set(reader, collector)
}

/**
 * Returns an object that only the readers of one `MeterProvider` share: the SDK's private state of the provider. Where that is
 * missing, it returns the provider's resource, or else the reader itself.
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
