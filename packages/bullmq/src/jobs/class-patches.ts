import { patchMethod } from '@homeostat/signals'

/** A method of the patched objects. */
export type Method<T> = (this: T, ...args: unknown[]) => unknown
/** Makes the method that replaces another one. It has to fall through once it is no longer active. */
export type Wrapper<T> = (original: Method<T>, isActive: () => boolean) => Method<T>

/**
 * Patches methods where the class of an object has them. So each copy of a library is patched, whether it is an ES module, CommonJS
 * or part of a bundle. A subclass that overrides a method is patched as well as its base class: a wrapper has to expect that it is
 * called inside of another one.
 */
export class ClassPatches<T extends object> implements Disposable {
  readonly #patched = new Set<unknown>()
  readonly #restores: (() => void)[] = []

  /**
   * Patches the method that the object has, once.
   *
   * @throws TypeError when the object has no such method: this version of the library is not supported
   */
  patch(object: T, name: string, wrap: Wrapper<T>): void {
    const owner = ownerOf<T>(object, name)
    if (owner === undefined) throw new TypeError(`a ${object.constructor.name} has no method ${name}`)
    if (this.#patched.has(owner[name])) return
    this.#restores.push(patchMethod(owner, name, wrap))
    this.#patched.add(owner[name])
  }

  /** Puts every method back exactly as it was. */
  [Symbol.dispose](): void {
    for (const restore of this.#restores.splice(0).toReversed()) restore()
    this.#patched.clear()
  }
}

function ownerOf<T>(object: object, name: string): Record<string, Method<T>> | undefined {
  for (let owner: object | null = object; owner !== null; owner = Object.getPrototypeOf(owner) as object | null)
    if (Object.hasOwn(owner, name)) return owner as Record<string, Method<T>>
  return undefined
}
