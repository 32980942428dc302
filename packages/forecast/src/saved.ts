import type { Arena } from './learning/arena.ts'
import { ForecastStateError } from './errors.ts'
import { base64, bytesOf } from './learning/base64.ts'

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
export function load(saved: Saved, count: number, arena: Arena): readonly number[] {
  const { numbers, bytes } = Object(saved) as Saved
  if (!Array.isArray(numbers) || typeof bytes !== 'string') throw new ForecastStateError('it is not numbers and bytes')
  if (numbers.length !== count || !numbers.every(number => Number.isFinite(number)))
    throw new ForecastStateError(`${count} numbers were expected`)
  const kept = new Uint8Array(bytesOf(bytes))
  if (kept.length !== arena.bytes.length)
    throw new ForecastStateError(`it has ${kept.length} bytes where ${arena.bytes.length} were expected`)
  const before = arena.bytes.slice()
  arena.bytes.set(kept)
  if (arena.isSound) return numbers
  arena.bytes.set(before)
  throw new ForecastStateError('it has values outside the range that a forecaster writes')
}
