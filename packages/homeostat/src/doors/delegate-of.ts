import { fieldOf } from '@homeostat/signals/options'

/** Proxies may delegate to proxies; this bound ends a cycle. */
const MOST_DELEGATES = 4

/** The provider behind proxies; undefined where one of them fails. */
export function delegateOf(provider: unknown): unknown {
  let delegate = provider
  for (let looked = 0; looked < MOST_DELEGATES; looked++) {
    const getDelegate = fieldOf(delegate, 'getDelegate')
    if (typeof getDelegate !== 'function') return delegate
    try {
      delegate = getDelegate.call(delegate)
    } catch {
      return undefined
    }
  }
  return delegate
}
