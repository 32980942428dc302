import { ForecastStateError } from './errors.ts'
import { base64, bytesOf } from './model.ts'

/** Numbers as they are, arrays as the base64 of their bytes (little-endian): exact, and half as long as digits. */
export interface Saved {
  readonly numbers: readonly number[]
  readonly arrays: readonly string[]
}

type Bytes = Float64Array | Float32Array | Uint32Array | Uint16Array

export function save(numbers: readonly number[], arrays: readonly Bytes[]): Saved {
  return { numbers, arrays: arrays.map(base64) }
}

/**
 * Fills arrays with what was saved and hands the numbers back.
 *
 * @throws {ForecastStateError} when something is missing or has another size
 */
export function load(saved: Saved, count: number, arrays: readonly Bytes[]): readonly number[] {
  const { numbers, arrays: texts } = saved
  if (numbers.length !== count || !numbers.every(number => Number.isFinite(number)))
    throw new ForecastStateError(`${count} numbers were expected`)
  arrays.forEach((array, i) => {
    const bytes = bytesOf(texts[i] ?? '')
    if (bytes.byteLength !== array.byteLength)
      throw new ForecastStateError(`an array has ${bytes.byteLength} bytes instead of ${array.byteLength}`)
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(new Uint8Array(bytes))
  })
  return numbers
}
