const UNREADABLE = Symbol('unreadable')

/** Looks at objects of the application, which may be proxies or have getters that throw. Nothing here throws. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

export function isList(value: object): boolean {
  try {
    return Array.isArray(value)
  } catch {
    return false
  }
}

/** Undefined where it cannot be asked. */
export function keysOf(value: object): string[] | undefined {
  try {
    return Object.keys(value)
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

/** Undefined where its getter throws. */
export function fieldOf(value: object, name: string): unknown {
  try {
    return (value as Record<string, unknown>)[name]
  } catch {
    return undefined
  }
}
