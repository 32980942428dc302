import zlib from 'node:zlib'
import type { Coding } from './coding.ts'

/**
 * The steps of the knob `http.compression`. Step 0 compresses nothing, 1 is the fastest, {@link DEFAULT_STEP} is what applications use
 * that set no level themselves, and each later one spends more CPU for fewer bytes. On 52 kB of JSON, in ms and kB per body:
 *
 * | step | zstd | br | gzip |
 * |---|---|---|---|
 * | 1 | 0.3, 12.9 | 0.5, 13.5 | 0.7, 14.2 |
 * | 2 | 0.4, 12.2 | 2.3, 12.9 | 2.9, 11.5 |
 * | 3 | 0.8, 12.3 | 3.3, 11.7 | 3.5, 11.3 |
 * | 4 | 2.3, 11.2 | 4.2, 11.3 | 3.2, 11.3 |
 * | 5 | 4.3, 10.9 | 8.2, 11.0 | as 4 |
 *
 * A higher level is not always smaller (zstd-3 and -6 above), so each is measured per route; see `StepMeasurements`. Levels that take
 * far longer are not here: brotli-11 takes 80 ms for this body.
 */
const LEVELS: Readonly<Record<Coding, readonly number[]>> = {
  zstd: [0, 1, 3, 6, 9, 12],
  br: [0, 1, 4, 5, 6, 7],
  gzip: [0, 1, 6, 7, 9, 9],
}

/** Compresses nothing. */
export const OFF = 0
/** zstd-3, br-4, gzip-6: the defaults of the codings, and of `@fastify/compress` and `compression`. */
export const DEFAULT_STEP = 2
/** The last step. */
export const LAST_STEP = 5

/** The level of a coding at a step of 1 or above. */
export function levelOf(coding: Coding, step: number): number {
  return LEVELS[coding][step]!
}

/** The options with which `node:zlib` compresses at a level. */
export interface LevelOptions {
  /** For gzip: the level, from 1 to 9. @default not set */
  readonly level?: number
  /** For zstd and br: parameters by their constant in `node:zlib`. @default not set */
  readonly params?: Readonly<Record<number, number>>
  /** A constant of `node:zlib`: the flush after each write. @default nothing is flushed */
  readonly flush?: number
}

const { BROTLI_PARAM_QUALITY, ZSTD_c_compressionLevel } = zlib.constants

/** Options for one of the steps. Made once: they are handed to every body of the step. */
const OPTIONS: Readonly<Record<Coding, readonly LevelOptions[]>> = {
  zstd: LEVELS.zstd.map(level => ({ params: { [ZSTD_c_compressionLevel]: level } })),
  br: LEVELS.br.map(level => ({ params: { [BROTLI_PARAM_QUALITY]: level } })),
  gzip: LEVELS.gzip.map(level => ({ level })),
}

/** The options of `node:zlib` for a coding at a step of 1 or above. */
export function levelOptions(coding: Coding, step: number): LevelOptions {
  return OPTIONS[coding][step]!
}

/**
 * Bodies up to this size are compressed at once, in about a millisecond; larger ones on the threads of the pool. By step, from the table
 * above.
 */
const AT_ONCE_BYTES: Readonly<Record<Coding, readonly number[]>> = {
  zstd: [0, 131_072, 131_072, 65_536, 20_480, 12_288],
  br: [0, 98_304, 20_480, 16_384, 12_288, 6144],
  gzip: [0, 65_536, 16_384, 14_336, 14_336, 14_336],
}

/** Whether a body is small enough to be compressed on the event loop. */
export function isAtOnce(coding: Coding, step: number, bytes: number): boolean {
  return bytes <= AT_ONCE_BYTES[coding][step]!
}
