import zlib from 'node:zlib'

/** A content coding that Homeostat sets the level of, as `Content-Encoding` names it (RFC 9110, 8.4.1; RFC 8878 for zstd). */
export type Coding = 'zstd' | 'br' | 'gzip'

/** The coding of a body that is sent as it is. */
export const IDENTITY = 'identity'

/**
 * The codings of this Node, the one that pays most first: zstd compresses JSON as well as gzip at a quarter of the CPU. Node has it since
 * 22.15 and 23.8.
 */
export const CODINGS: readonly Coding[] =
  typeof (zlib as Partial<typeof zlib>).zstdCompressSync === 'function' ? ['zstd', 'br', 'gzip'] : ['br', 'gzip']
