/**
 * Notes something about an object of the application that every query looks up: under a symbol of its own, which no loop over the
 * object shows.
 *
 * The lookup is a plain `object[key]` at each place that needs it. V8 then learns there which object and which key it is. It compiles a
 * private field just as well, but asks whether there is one (`#field in object`) by a call of 20 ns until a function is hot enough for
 * its last compiler (Node 24), and a `Map` costs more than that.
 *
 * @param key - a symbol that nobody else has
 */
export function noteOn(object: object, key: symbol, value: unknown): void {
  // An object that cannot be extended stays as it is.
  Reflect.defineProperty(object, key, { value, writable: true, configurable: true, enumerable: false })
}
