// Data about an object of the application is stamped on it as private fields: invisible to the application, gone with
// the object, and a tenth of the cost of a WeakMap entry (measured on Node 24). Unlike what `noteOn` writes, they hold on a frozen object too,
// so that nothing is followed twice.

/** Makes a subclass install its fields on an object that exists already: a constructor may return another object. */
// oxlint-disable-next-line typescript/no-extraneous-class -- there is no other way to add a private field to an object
class OnExistingObject {
  constructor(target: object) {
    // oxlint-disable-next-line no-constructor-return -- the point of this class
    return target
  }
}

/** One value per object. A lookup of anything else finds nothing: hooks are called with any argument. */
export interface Stamp<Value> {
  get(target: object): Value | undefined
  set(target: object, value: Value): void
}

/** A stamp of its own: each call makes a new private field, so that two users never read each other's. */
export function createStamp<Value>(): Stamp<Value> {
  class Stamped extends OnExistingObject {
    #value: Value

    constructor(target: object, value: Value) {
      super(target)
      this.#value = value
    }

    static get(target: object): Value | undefined {
      return typeof target === 'object' && target !== null && #value in target ? target.#value : undefined
    }

    static set(target: object, value: Value): void {
      if (#value in target) target.#value = value
      else void new Stamped(target, value)
    }
  }
  return Stamped
}
