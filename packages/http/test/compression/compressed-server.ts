import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { Compression } from '../../src/compression/compression.ts'
import { compressedListener, type NodeCompressionOptions } from '../../src/compression/node-compression.ts'
import { orders, serve } from './asking-client.ts'

/** A JSON body of some kilobytes. */
export const BODY = orders(120)

/** Serves a listener whose responses are compressed. @returns the port */
export function compressed(
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
  options: NodeCompressionOptions = {},
  compression = new Compression(),
): Promise<number> {
  return serve(compressedListener(listener, options, compression) as RequestListener)
}

/** Gives a response the type of JSON, and more headers. */
export function json(response: ServerResponse, headers: Readonly<Record<string, string>> = {}): ServerResponse {
  for (const [name, value] of Object.entries({ 'Content-Type': 'application/json', ...headers }))
    response.setHeader(name, value)
  return response
}
