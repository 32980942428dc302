import type { Versions } from './install.ts'

/** The lines of OpenTelemetry that people have, newest first. */
export const LINES = {
  'sdk-3': {
    '@opentelemetry/api': '1.10.0',
    '@opentelemetry/auto-instrumentations-node': '0.82.0',
    '@opentelemetry/sdk-node': '0.301.0',
  },
  'sdk-2': {
    '@opentelemetry/api': '1.9.1',
    '@opentelemetry/auto-instrumentations-node': '0.80.0',
    '@opentelemetry/sdk-node': '0.223.0',
  },
} as const satisfies Record<string, Versions>

/** What the applications use beside OpenTelemetry. */
export const LIBRARIES: Versions = {
  '@nestjs/common': '12.5.1',
  '@nestjs/core': '12.5.1',
  '@nestjs/platform-express': '12.5.1',
  '@rollup/plugin-commonjs': '29.0.3',
  '@rollup/plugin-json': '6.1.0',
  '@rollup/plugin-node-resolve': '16.0.3',
  bullmq: '6.7.0',
  esbuild: '0.28.2',
  express: '5.3.0',
  ioredis: '6.0.0',
  jest: '30.5.2',
  pg: '8.23.1',
  'prom-client': '15.1.3',
  'reflect-metadata': '0.2.2',
  rollup: '4.68.8',
  rxjs: '7.8.2',
  webpack: '5.113.0',
}

export type Line = keyof typeof LINES
