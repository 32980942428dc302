/** The library that each instrumentation of the contrib packages patches, where it is loaded by name. */
export const INSTRUMENTED: ReadonlyMap<string, string> = new Map([
  ...['amqplib', 'bunyan', 'cassandra-driver', 'connect', 'dataloader', 'express', 'generic-pool', 'graphql'].map(same),
  ...['ioredis', 'kafkajs', 'knex', 'koa', 'lru-memoizer', 'memcached', 'mongodb', 'mongoose', 'mysql', 'mysql2'].map(
    same,
  ),
  ...['openai', 'oracledb', 'pg', 'pino', 'redis', 'restify', 'socket.io', 'tedious', 'winston'].map(same),
  ['@hapi/hapi', 'hapi'],
  ['@nestjs/core', 'nestjs-core'],
  ['@grpc/grpc-js', 'grpc'],
  ['aws-sdk', 'aws-sdk'],
])

/** The names that `OTEL_NODE_ENABLED_INSTRUMENTATIONS` knows, as auto-instrumentations-node 0.82 lists them. */
export const INSTRUMENTATION_NAMES: ReadonlySet<string> = new Set([
  ...INSTRUMENTED.values(),
  'aws-lambda',
  'undici',
  'cucumber',
  'dns',
  'fs',
  'host-metrics',
  'http',
  'net',
  'router',
  'runtime-node',
  'fastify',
])

/**
 * Libraries that are patched at their main module only. Under ES modules that takes a loader hook. The other instrumentations
 * patch a CommonJS file inside the library, pg/lib/client.js for example, which is required under ES modules as well.
 */
export const NEEDS_HOOK: ReadonlySet<string> = new Set(
  'bunyan connect dataloader express generic-pool @grpc/grpc-js @hapi/hapi ioredis koa lru-memoizer memcached mongoose mysql pino tedious'.split(
    ' ',
  ),
)

function same(name: string): [string, string] {
  return [name, name]
}
