import zlib from 'node:zlib'
import type { Coding } from './coding.ts'
import type { LevelOptions } from './compression-steps.ts'

/** A stream that compresses what is written to it. */
export type Compressor = zlib.Gzip | zlib.BrotliCompress

type Sync = (body: Uint8Array, options: object) => Buffer
type Create = (options: object) => Compressor

const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH, ZSTD_e_flush } = zlib.constants as typeof zlib.constants & {
  readonly ZSTD_e_flush?: number
}

/** The flush operation of each coding. It sends everything that was written so far, and keeps the dictionary. */
export const FLUSH: Readonly<Record<Coding, number | undefined>> = {
  zstd: ZSTD_e_flush,
  br: BROTLI_OPERATION_FLUSH,
  gzip: Z_SYNC_FLUSH,
}

// zlib's exports are read when they are used: somebody may have wrapped them.
const SYNC: Readonly<Record<Coding, () => Sync>> = {
  zstd: () => zlib.zstdCompressSync,
  br: () => zlib.brotliCompressSync,
  gzip: () => zlib.gzipSync,
}
const CREATE: Readonly<Record<Coding, () => Create>> = {
  zstd: () => zlib.createZstdCompress,
  br: () => zlib.createBrotliCompress,
  gzip: () => zlib.createGzip,
}

/** Compresses a whole body on the event loop. */
export function compressAtOnce(coding: Coding, body: Uint8Array, options: LevelOptions): Buffer {
  return SYNC[coding]()(body, options)
}

/**
 * A stream that compresses on the threads of the pool.
 *
 * @param isFlushed - each write reaches the client at once, as events of a server have to
 */
export function createCompressor(coding: Coding, options: LevelOptions, isFlushed: boolean): Compressor {
  const flush = FLUSH[coding]
  return CREATE[coding]()(isFlushed && flush !== undefined ? { ...options, flush } : options)
}
