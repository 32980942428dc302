import { types } from 'node:util'

const MAX_VALUES = 256
const MAX_VALUE_LENGTH = 4_096
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
  return keepArray(values, keepValue)
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

function keepValue(value: unknown): KeptValue | undefined {
  if (types.isProxy(value)) return undefined
  if (!Array.isArray(value)) return keepScalar(value)
  const kept = keepArray(value, item => (typeof item === 'object' && item !== null ? undefined : keepScalar(item)))
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
  if (!ArrayBuffer.isView(value)) return undefined
  const { buffer, byteOffset, byteLength } = viewOf(value)
  if (byteLength > MAX_VALUE_LENGTH) return undefined
  // pg sends the bytes of any view.
  const copy = Buffer.alloc(byteLength)
  copy.set(new Uint8Array(buffer, byteOffset, byteLength))
  return { value: copy, bytes: byteLength + 128 }
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
