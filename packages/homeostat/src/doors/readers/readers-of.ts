import { fieldOf } from '@homeostat/signals/options'
import { delegateOf } from '../delegate-of.ts'
import { isReader, type AttachableReader } from './attachable-reader.ts'

/** No application has so many. */
const MOST_READERS = 1000

/**
 * The metric readers of a `MeterProvider` of SDK 2 or SDK 3; undefined where the provider does not have the fields of those SDKs.
 *
 * The fields are private to the SDK: `_sharedState.metricCollectors[]._metricReader`. Each is checked, and a test fails when
 * a release of the SDK moves them.
 */
export function readersOf(provider: unknown): AttachableReader[] | undefined {
  const collectors = fieldOf(fieldOf(delegateOf(provider), '_sharedState'), 'metricCollectors')
  const readers = listOf(collectors)?.map(collector => fieldOf(collector, '_metricReader'))
  return readers?.every(isReader) === true ? readers : undefined
}

/** Copies an array without calling its methods, which the application may have replaced. */
function listOf(value: unknown): unknown[] | undefined {
  try {
    if (!Array.isArray(value)) return undefined
    const { length } = value
    if (length > MOST_READERS) return undefined
    return Array.from({ length }, (_, index): unknown => value[index])
  } catch {
    return undefined
  }
}
