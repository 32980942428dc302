import { types } from 'node:util'

const UNREADABLE = Symbol('unreadable')

/** Looks at objects of the application, which may be proxies or have getters that throw. Nothing here throws. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isList(value: object): boolean {
  try {
    return Array.isArray(value)
  } catch {
    return false
  }
}

/** Whether an object may hold options: neither a list nor an object of the language. */
export function isRecord(value: unknown): value is object {
  return isObject(value) && !isList(value) && !isBuiltIn(value)
}

/**
 * The names of an object's own fields, at most one more than `most`: it may have as many as memory allows, and whoever goes
 * on working with each of them would hold the event loop. Undefined where it cannot be asked.
 */
export function keysOf(value: object, most: number): string[] | undefined {
  const names: string[] = []
  let looked = 0
  try {
    // Neither `Object.keys` nor `Object.entries`: those would copy all names, and all values.
    for (const name in value) {
      if (Object.hasOwn(value, name)) names.push(name)
      if (names.length > most || ++looked > 2 * most) break
    }
    return names
  } catch {
    return undefined
  }
}

/** The items of a list, at most one more than `most`. One whose getter throws stands as a symbol, which no list may hold. */
export function itemsOf(value: unknown, most: number): unknown[] | undefined {
  if (!isObject(value) || !isList(value)) return undefined
  try {
    const { length } = value as unknown[]
    const items: unknown[] = []
    for (let index = 0; index < Math.min(length, most + 1); index++) items.push(itemAt(value as unknown[], index))
    return items
  } catch {
    return undefined
  }
}

function itemAt(list: readonly unknown[], index: number): unknown {
  try {
    return list[index]
  } catch {
    return UNREADABLE
  }
}

/** A field of anything: undefined if the value is not an object, or its getter throws. */
export function fieldOf(value: unknown, name: PropertyKey): unknown {
  try {
    return (value as Record<PropertyKey, unknown> | null | undefined)?.[name]
  } catch {
    return undefined
  }
}

/** Whether it is a Map, a Date, an error or the like: its contents are not fields, so that none of them would be read. */
export function isBuiltIn(value: object): boolean {
  return (
    types.isPromise(value) ||
    types.isMap(value) ||
    types.isSet(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isNativeError(value) ||
    types.isBoxedPrimitive(value) ||
    types.isAnyArrayBuffer(value) ||
    ArrayBuffer.isView(value)
  )
}

/** Fields of an item that may hold lists. */
const MOST_FIELDS = 64

/** Whether lists that came from outside have more items than that, those of lists in their items included. It never throws. */
export function hasMoreThan(most: number, lists: readonly unknown[]): boolean {
  let room = most
  const isOver = (list: unknown, fieldsOf: (item: object) => readonly unknown[]): boolean => {
    const items = itemsOf(list, Math.max(room, 0)) ?? []
    room -= items.length
    return room < 0 || items.some(item => isObject(item) && fieldsOf(item).some(field => isOver(field, () => [])))
  }
  return lists.some(list => isOver(list, valuesOf))
}

function valuesOf(object: object): readonly unknown[] {
  return (keysOf(object, MOST_FIELDS) ?? []).map(name => fieldOf(object, name))
}
