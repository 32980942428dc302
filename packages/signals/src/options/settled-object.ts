import { types } from 'node:util'

/** Fields of checked objects are not nested deeper; what is, counts as one that may change. */
const DEEPEST = 4

/**
 * A live object as it was when it was checked. A getter that has answered once with something valid may throw or answer
 * otherwise later, and a proxy may as well, so the fields that were checked are fixed, and methods keep their `this`. An
 * object of plain fields is returned as it is.
 *
 * @param checked - the fields as the check has read them
 */
export function settledObject<T extends object>(given: T, checked: Readonly<Record<string, unknown>>): T {
  const fields = Object.entries(checked)
  if (!types.isProxy(given) && fields.every(([name]) => isFixed(given, name))) return given
  const properties = fields.map(([name, value]) => [
    name,
    { value: typeof value === 'function' ? boundTo(given, value as Method) : value, enumerable: true },
  ])
  return Object.create(given, Object.fromEntries(properties) as PropertyDescriptorMap) as T
}

type Method = (...args: unknown[]) => unknown

function boundTo(given: object, method: Method): Method {
  return (...args) => Reflect.apply(method, given, args)
}

/** Whether reading the field runs no code, wherever on the prototype chain it is. */
function isFixed(object: object, name: string): boolean {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    if (types.isProxy(at)) return false
    const found = Object.getOwnPropertyDescriptor(at, name)
    if (found) return 'value' in found && isPlain(found.value, DEEPEST)
  }
  return true
}

function isPlain(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0 || types.isProxy(value)) return false
  return Object.values(Object.getOwnPropertyDescriptors(value)).every(
    found => 'value' in found && isPlain(found.value, depth - 1),
  )
}
