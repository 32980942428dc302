import { types } from 'node:util'

const MAX_VALUES = 256
const MAX_VALUE_LENGTH = 4_096
/** Arrays and documents within each other. */
const MAX_DEPTH = 6
const MAX_BIGINT = 2n ** 4_096n

/** Copies of bind values, and how many bytes they take. */
export interface KeptValues {
  readonly values: readonly unknown[]
  readonly bytes: number
}

/**
 * A copy of bind values that shares nothing with the application: what it changes later changes nothing here, and nothing of
 * its own is kept alive. Undefined when there is a value that is large or cannot be copied without running code of the
 * application (objects with methods for pg, getters, proxies, streams).
 */
export function keepValues(values: unknown): KeptValues | undefined {
  if (values === undefined || values === null) return { values: [], bytes: 0 }
  return keepArray(values, value => keepValue(value, 0))
}

function keepArray(values: unknown, keep: (value: unknown) => KeptValue | undefined): KeptValues | undefined {
  // A proxy first: asking it for anything runs its traps.
  if (types.isProxy(values) || !Array.isArray(values) || values.length > MAX_VALUES) return undefined
  const copies: unknown[] = []
  let bytes = 16
  for (let i = 0; i < values.length; i++) {
    const descriptor = Object.getOwnPropertyDescriptor(values, i)
    if (descriptor?.get !== undefined || descriptor?.set !== undefined) return undefined
    const kept = keep(descriptor?.value)
    if (kept === undefined) return undefined
    copies.push(kept.value)
    bytes += kept.bytes
  }
  return { values: copies, bytes }
}

interface KeptValue {
  readonly value: unknown
  readonly bytes: number
}

function keepValue(value: unknown, depth: number): KeptValue | undefined {
  if (types.isProxy(value) || depth > MAX_DEPTH) return undefined
  if (!Array.isArray(value)) return keepScalar(value)
  const kept = keepArray(value, item => keepValue(item, depth + 1))
  return kept && { value: kept.values, bytes: kept.bytes }
}

function keepScalar(value: unknown): KeptValue | undefined {
  switch (typeof value) {
    case 'string':
      return value.length > MAX_VALUE_LENGTH ? undefined : { value: ownString(value), bytes: bytesOf(value) }
    case 'bigint':
      return value > MAX_BIGINT || value < -MAX_BIGINT ? undefined : { value, bytes: 1_024 }
    case 'number':
    case 'boolean':
    case 'undefined':
      return { value, bytes: 16 }
    case 'object':
      return value === null ? { value, bytes: 8 } : keepObject(value)
    case 'function':
    case 'symbol':
      return undefined
  }
}

function keepObject(value: object): KeptValue | undefined {
  // The built-in methods and not the object's: a subclass may have others.
  if (types.isDate(value)) return { value: new Date(Date.prototype.getTime.call(value)), bytes: 64 }
  if (!ArrayBuffer.isView(value)) return keepDocument(value)
  const { buffer, byteOffset, byteLength } = viewOf(value)
  if (byteLength > MAX_VALUE_LENGTH) return undefined
  // pg sends the bytes of any view.
  const copy = Buffer.alloc(byteLength)
  copy.set(new Uint8Array(buffer, byteOffset, byteLength))
  return { value: copy, bytes: byteLength + 128 }
}

/** A plain object, which pg sends as JSON: so it is kept as that text. */
function keepDocument(value: object): KeptValue | undefined {
  const copy = plainCopy(value, 0)
  const text = copy === undefined ? undefined : JSON.stringify(copy)
  return text === undefined || text.length > MAX_VALUE_LENGTH ? undefined : keepScalar(text)
}

/** Data alone: no getter, method or class of the application is asked for anything. Undefined where that does not suffice. */
function plainCopy(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return isData(value) ? value : undefined
  if (types.isProxy(value) || depth > MAX_DEPTH) return undefined
  if (types.isDate(value)) return Date.prototype.toJSON.call(new Date(Date.prototype.getTime.call(value)))
  const isList = Array.isArray(value)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (!isList && prototype !== Object.prototype && prototype !== null) return undefined
  const names = isList
    ? Array.from({ length: Math.min(value.length, MAX_VALUES + 1) }, (_, at) => String(at))
    : Object.keys(value)
  if (names.length > MAX_VALUES) return undefined
  const copy = (isList ? [] : Object.create(null)) as Record<string, unknown>
  for (const name of names) {
    const descriptor = Object.getOwnPropertyDescriptor(value, name)
    if (descriptor !== undefined && !('value' in descriptor)) return undefined
    const own = plainCopy(descriptor?.value, depth + 1)
    // JSON leaves out what is undefined, and an own `undefined` is what a refusal looks like.
    if (own === undefined && descriptor?.value !== undefined) return undefined
    copy[name] = own
  }
  return copy
}

function isData(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= MAX_VALUE_LENGTH
  return typeof value === 'number' || typeof value === 'boolean' || value === undefined || value === null
}

const TypedArray = Object.getPrototypeOf(Uint8Array.prototype) as object

function viewOf(view: ArrayBufferView): { buffer: ArrayBufferLike; byteOffset: number; byteLength: number } {
  const owner = types.isDataView(view) ? DataView.prototype : TypedArray
  const read = (name: string): unknown => Object.getOwnPropertyDescriptor(owner, name)?.get?.call(view)
  return {
    buffer: read('buffer') as ArrayBufferLike,
    byteOffset: Number(read('byteOffset')),
    byteLength: Number(read('byteLength')),
  }
}

/** V8 makes a part of a string point into the whole, so that a short one may keep a large one alive. */
export function ownString(text: string): string {
  return text.length < 13 ? text : Buffer.from(text, 'utf16le').toString('utf16le')
}

/** An upper bound. */
export function bytesOf(text: string): number {
  return 2 * text.length + 24
}
