export {
  compressionForExpress,
  type CompressionModule,
  type ExpressCompression,
  type ExpressCompressionOptions,
  type ExpressRequestLike,
} from './compression/express-compression.ts'
export {
  compressionForFastify,
  type FastifyCompression,
  type FastifyCompressionOptions,
  type FastifyCompressPlugin,
  type FastifyLike,
  type FastifyReplyLike,
  type FastifyRequestLike,
} from './compression/fastify-compression.ts'
export { compressionForNode, type NodeCompressionOptions } from './compression/node-compression.ts'
export { BreakerOpenError, GuardedTimeoutError } from './errors.ts'
export { HttpInstrumentation, type HttpInstrumentationConfig } from './instrumentation.ts'
export { VERSION } from './version.ts'
export { sheddingForExpress, type SheddingMiddleware } from './shedding/express-shedding.ts'
export {
  sheddingForFastify,
  type FastifyShedding,
  type ShedFastify,
  type ShedFastifyReply,
  type ShedFastifyRequest,
} from './shedding/fastify-shedding.ts'
export { sheddingForNode, type NodeHandler } from './shedding/node-shedding.ts'
export { nameRoute } from './server/exchange.ts'
