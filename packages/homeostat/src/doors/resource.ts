/** The service name of an SDK when none is set, e.g. `unknown_service:node`. */
const UNNAMED = 'unknown_service'

/**
 * The resource of a provider or of a metric reader, structurally; undefined where there is none. The fields are private to
 * the SDK (2.x and 3.x have the same ones), so each step may find nothing.
 */
export function resourceOf(owner: unknown): unknown {
  try {
    return find(owner)
  } catch {
    // A getter of foreign code threw.
    return undefined
  }
}

function find(owner: unknown): unknown {
  if (!isObject(owner)) return undefined
  if (typeof owner['getDelegate'] === 'function') return find((owner['getDelegate'] as () => unknown)())
  if (isResource(owner)) return owner
  // A reader knows its collector, a collector and a MeterProvider their shared state, a TracerProvider its resource.
  for (const key of ['resource', '_resource', '_sharedState', '_sdkMetricProducer', '_metricProducer']) {
    const found = find(owner[key])
    if (found !== undefined) return found
  }
  return undefined
}

/** `service.name` of a resource, unless it is the SDK's placeholder. */
export function nameInResource(resource: unknown): string | undefined {
  try {
    const name = isObject(resource) ? attributeOf(resource, 'service.name') : undefined
    return typeof name === 'string' && name !== '' && !name.startsWith(UNNAMED) ? name : undefined
  } catch {
    return undefined
  }
}

function attributeOf(resource: Record<string, unknown>, key: string): unknown {
  const { getRawAttributes } = resource
  // `attributes` complains where a detector has not answered yet, e.g. that of a cloud. The first entry counts.
  if (typeof getRawAttributes !== 'function') return (resource['attributes'] as Record<string, unknown>)[key]
  const raw = getRawAttributes.call(resource) as readonly (readonly [string, unknown])[]
  return raw.find(([name, value]) => name === key && typeof value === 'string')?.[1]
}

function isResource(value: Record<string, unknown>): boolean {
  return (
    typeof value['getRawAttributes'] === 'function' ||
    isObject(Object.getOwnPropertyDescriptor(value, 'attributes')?.value)
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
