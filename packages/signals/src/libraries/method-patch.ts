type AnyFunction = (this: unknown, ...args: never[]) => unknown

/**
 * Replaces one method and returns how to put the original back exactly: the same function, and no own property where
 * there was none. When somebody else has wrapped our wrapper since, it is left in place and `wrap`'s function must fall
 * through by itself; `isActive` shows that.
 *
 * @throws TypeError when the target has no such method
 */
export function patchMethod<T extends object, K extends keyof T & (string | symbol)>(
  target: T,
  name: K,
  wrap: (original: T[K], isActive: () => boolean) => T[K],
): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(target, name)
  const original = target[name]
  if (typeof original !== 'function')
    throw new TypeError(`${String(name)} is not a method: this version of the library is not supported`)
  let active = true
  const wrapper = wrap(original, () => active)
  // Names and arity are part of what callers may look at.
  Object.defineProperty(wrapper as AnyFunction, 'name', { value: (original as AnyFunction).name, configurable: true })
  Object.defineProperty(wrapper as AnyFunction, 'length', {
    value: (original as AnyFunction).length,
    configurable: true,
  })
  Object.defineProperty(target, name, {
    value: wrapper,
    writable: true,
    configurable: true,
    enumerable: descriptor?.enumerable ?? false,
  })
  return () => {
    active = false
    if (target[name] !== wrapper) return
    if (descriptor === undefined) delete target[name]
    else Object.defineProperty(target, name, descriptor)
  }
}
