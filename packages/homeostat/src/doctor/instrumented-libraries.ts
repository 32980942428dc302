/** The library that each instrumentation of the contrib packages patches, where it is loaded by name. */
export const INSTRUMENTED: ReadonlyMap<string, string> = new Map([
  ...['amqplib', 'bunyan', 'cassandra-driver', 'connect', 'dataloader', 'express', 'generic-pool', 'graphql'].map(same),
  ...['ioredis', 'kafkajs', 'knex', 'koa', 'lru-memoizer', 'memcached', 'mongodb', 'mongoose', 'mysql', 'mysql2'].map(
    same,
  ),
  ...['openai', 'oracledb', 'pg', 'pino', 'redis', 'restify', 'socket.io', 'tedious', 'undici', 'winston'].map(same),
  ['@hapi/hapi', 'hapi'],
  ['@nestjs/core', 'nestjs-core'],
  ['@grpc/grpc-js', 'grpc'],
  ['aws-sdk', 'aws-sdk'],
])

/** The names that `OTEL_NODE_ENABLED_INSTRUMENTATIONS` knows, as auto-instrumentations-node 0.82 lists them. */
export const INSTRUMENTATION_NAMES: ReadonlySet<string> = new Set([
  ...INSTRUMENTED.values(),
  'aws-lambda',
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

function same(name: string): [string, string] {
  return [name, name]
}
