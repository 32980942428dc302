import type { Arena } from './arena.ts'
import { ForecastStateError } from './errors.ts'
import { base64, bytesOf } from './base64.ts'

/** Numbers as they are and an arena as base64 (little-endian): exact, and half as long as digits. */
export interface Saved {
  readonly numbers: readonly number[]
  readonly bytes: string
}

export function save(numbers: readonly number[], arena: Arena): Saved {
  return { numbers, bytes: base64(arena.bytes) }
}

/**
 * Fills an arena with what was saved and hands the numbers back.
 *
 * @throws {ForecastStateError} when something is missing or has another size
 */
export function load({ numbers, bytes }: Saved, count: number, arena: Arena): readonly number[] {
  if (numbers.length !== count || !numbers.every(number => Number.isFinite(number)))
    throw new ForecastStateError(`${count} numbers were expected`)
  const saved = new Uint8Array(bytesOf(bytes))
  if (saved.length !== arena.bytes.length)
    throw new ForecastStateError(`it has ${saved.length} bytes where ${arena.bytes.length} were expected`)
  arena.bytes.set(saved)
  return numbers
}
