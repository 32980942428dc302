import { fieldOf } from '@homeostat/signals/options'
import type { ClientClass, ClientShape, PoolShape } from './driver.ts'

/** The classes of one copy of pg, found from an object of it. */
export interface DriverClasses {
  /** Undefined for pg.native, whose statements are not measured. */
  readonly client: ClientClass | undefined
  /** pg-pool's class; undefined where the object is a client. */
  readonly pool: { readonly prototype: object } | undefined
}

/** No class has so many ancestors. */
const MOST_ANCESTORS = 16

export function isPool(object: object): object is PoolShape {
  const isOpen = typeof fieldOf(object, 'connect') === 'function'
  return isOpen && typeof fieldOf(object, 'totalCount') === 'number' && typeof fieldOf(object, 'Client') === 'function'
}

export function isClient(object: object): object is ClientShape {
  const connection = fieldOf(object, 'connection')
  const isConnected = typeof connection === 'object' && connection !== null
  return isConnected && clientClass(fieldOf(object, 'constructor')) !== undefined
}

/** The library's own classes behind a pool or a client, whatever subclasses the application has made. */
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

/** The last class whose own method `connect` is: pg makes a subclass of pg-pool's. */
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
