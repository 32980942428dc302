/** The library's own prototype of an lru-cache, whatever subclasses the application has made. */
export function lruPrototype(cache: object): object {
  let prototype = Object.getPrototypeOf(cache) as object
  for (let next = prototype; next !== null && next !== Object.prototype; next = Object.getPrototypeOf(next) as object) {
    prototype = next
  }
  return prototype
}
