type Listener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown }
type Options = Parameters<AbortSignal['addEventListener']>[2]

/**
 * The same abort, for code that is not ours. Node ends the process when a listener of an `AbortSignal` throws, and we are
 * the ones who abort. Here the error of such a listener is reported, and the other listeners are still called. It is a real `AbortSignal`, which `fetch()` and the functions of Node take.
 *
 * Listeners of an `AbortSignal.any()` that its owner makes of it are out of reach.
 *
 * @param report - receives the error that a listener throws or rejects with
 */
export function containedSignal(signal: AbortSignal, report: (error: unknown) => void): AbortSignal {
  const contained = AbortSignal.any([signal])
  const add = contained.addEventListener.bind(contained)
  const remove = contained.removeEventListener.bind(contained)
  const wrappers = new WeakMap<object, (event: Event) => void>()
  const wrapperOf = (listener: Listener): ((event: Event) => void) => {
    const known = wrappers.get(listener)
    if (known) return known
    const wrapper = (event: Event): void => void call(listener, contained, event).catch(report)
    wrappers.set(listener, wrapper)
    return wrapper
  }
  let onabort: Listener | null = null
  return Object.defineProperties(contained, {
    addEventListener: {
      value: (type: string, listener: unknown, options?: Options) =>
        add(type, isListener(listener) ? wrapperOf(listener) : (listener as never), options),
    },
    removeEventListener: {
      value: (type: string, listener: unknown, options?: Options) =>
        remove(type, isListener(listener) ? wrapperOf(listener) : (listener as never), options),
    },
    onabort: {
      get: () => onabort,
      set: (listener: unknown) => {
        if (onabort) remove('abort', wrapperOf(onabort))
        onabort = isListener(listener) ? listener : null
        if (onabort) add('abort', wrapperOf(onabort))
      },
    },
  })
}

/** Calls it as an `EventTarget` does. An error becomes a rejection. */
async function call(listener: Listener, target: AbortSignal, event: Event): Promise<void> {
  await (typeof listener === 'function' ? listener.call(target, event) : listener.handleEvent(event))
}

function isListener(value: unknown): value is Listener {
  return typeof value === 'function' || (typeof value === 'object' && value !== null)
}
