import { fieldOf, isObject } from '@homeostat/signals/options'
import type { ClientClass, ClientShape, PoolShape } from './driver.ts'

/** The classes of one copy of pg, found from an object of it. */
export interface DriverClasses {
  /** Undefined for a class that is not made as pg makes it. */
  readonly client: ClientClass | undefined
  /** pg-pool's class; undefined where the object is a client. */
  readonly pool: { readonly prototype: object } | undefined
}

/** No class has so many ancestors. */
const MOST_ANCESTORS = 16

export function isPool(object: object): object is PoolShape {
  const canConnect = typeof fieldOf(object, 'connect') === 'function'
  return (
    canConnect && typeof fieldOf(object, 'totalCount') === 'number' && typeof fieldOf(object, 'Client') === 'function'
  )
}

export function isClient(object: object): object is ClientShape {
  return isObject(fieldOf(object, 'connection')) && clientClass(fieldOf(object, 'constructor')) !== undefined
}

/** The library's own classes behind a pool or a client. The application may have made subclasses of them. */
export function driverClasses(object: PoolShape | ClientShape): DriverClasses {
  if (!isPool(object)) return { client: clientClass(object.constructor), pool: undefined }
  return { client: clientClass(object.Client), pool: poolClass(object) }
}

/** The class that has `Query`; a subclass inherits it. */
function clientClass(given: unknown): ClientClass | undefined {
  let found: unknown
  let next = given
  for (let looked = 0; looked < MOST_ANCESTORS && typeof next === 'function'; looked++) {
    if (Object.hasOwn(next, 'Query')) found = next
    next = Object.getPrototypeOf(next)
  }
  return found as ClientClass | undefined
}

/** The last ancestor that has a `connect` of its own: pg makes a subclass of pg-pool's class. */
function poolClass(pool: PoolShape): DriverClasses['pool'] {
  let found: object | undefined
  let next = Object.getPrototypeOf(pool) as object | null
  for (let looked = 0; looked < MOST_ANCESTORS && next !== null; looked++) {
    if (Object.hasOwn(next, 'connect')) found = next
    next = Object.getPrototypeOf(next) as object | null
  }
  const owner = fieldOf(found, 'constructor')
  return fieldOf(owner, 'prototype') === found ? (owner as DriverClasses['pool']) : undefined
}
