import { isOurs } from '../ours.ts'

/** The prototypes of the classes that the library itself defines, one for each copy of it that was loaded. */
export class LibraryPrototypes {
  readonly #prototypes = new WeakSet<object>()

  add(prototype: object): void {
    this.#prototypes.add(prototype)
  }

  /** Whether the library's own methods run on an object: neither the object nor a subclass of the application has others than ours. */
  runsOwn(object: object, methods: readonly string[]): boolean {
    for (let next: object | null = object; next !== null; next = Object.getPrototypeOf(next) as object | null) {
      if (this.#prototypes.has(next)) return true
      const owner = next
      if (
        methods.some(
          method => Object.hasOwn(owner, method) && !isOurs(Object.getOwnPropertyDescriptor(owner, method)?.value),
        )
      )
        return false
    }
    return false
  }
}
