import type { ServerResponse } from 'node:http'
import { essenceOf, isCompressibleType } from './compressible-type.ts'

/** Whether the body of a response is compressed already, could be, or gains nothing from it. */
export type ContentKind = 'compressed' | 'compressible' | 'incompressible'

const CONTENT_TYPE = /\r\ncontent-type: ?([^\r\n]*)/i
const CONTENT_ENCODING = /\r\ncontent-encoding: ?(?!identity)\S/i

/** A response's header block, as `node:http` has kept it since Node 0.4; loggers read it too. */
interface WithHeaderBlock {
  readonly _header?: string | null | undefined
}

/**
 * The kind of a sent response, from its header block. `getHeader()` does not know the headers that were passed to `writeHead()`, which is how
 * Fastify sends all of them.
 */
export function contentKindOf(response: ServerResponse): ContentKind {
  const block = (response as WithHeaderBlock)._header
  if (typeof block !== 'string') return 'incompressible'
  if (CONTENT_ENCODING.test(block)) return 'compressed'
  return isCompressibleType(essenceOf(CONTENT_TYPE.exec(block)?.[1])) ? 'compressible' : 'incompressible'
}
