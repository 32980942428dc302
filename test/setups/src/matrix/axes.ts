import type { Versions } from '../install.ts'

/** One value of an axis of the matrix. */
export interface AxisValue {
  readonly name: string
  readonly versions?: Versions
}

/** What a combination is made of; one value of each. */
export const AXES = {
  /** OpenTelemetry. `auto` is the release of auto-instrumentations-node with that SDK. */
  otel: [
    { name: 'SDK 2.12', versions: { '@opentelemetry/api': '1.9.1', '@opentelemetry/sdk-node': '0.223.0' } },
    { name: 'SDK 3.1', versions: { '@opentelemetry/api': '1.10.0', '@opentelemetry/sdk-node': '0.301.0' } },
    { name: 'SDK 2.0', versions: { '@opentelemetry/api': '1.9.0', '@opentelemetry/sdk-node': '0.200.0' } },
  ],
  node: [{ name: '22.15.1' }, { name: '24.21.0' }, { name: '26.9.0' }],
  module: [{ name: 'ESM' }, { name: 'CJS' }],
  ioredis: [library('ioredis', '5.0.6'), library('ioredis', '5.11.1'), library('ioredis', '6.0.0')],
  bullmq: [library('bullmq', '5.81.5'), library('bullmq', '6.7.0')],
  pg: [library('pg', '8.0.3'), library('pg', '8.23.1')],
  lru: [library('lru-cache', '7.18.3'), library('lru-cache', '10.4.3'), library('lru-cache', '11.5.3')],
  web: [
    { name: 'express', versions: { express: '5.3.0' } },
    { name: 'fastify', versions: { fastify: '5.12.8' } },
    {
      name: 'nest',
      versions: {
        '@nestjs/common': '12.5.1',
        '@nestjs/core': '12.5.1',
        '@nestjs/platform-express': '12.5.1',
        'reflect-metadata': '0.2.2',
        rxjs: '7.8.2',
      },
    },
  ],
  beside: [
    { name: 'nothing' },
    { name: 'auto-instrumentations' },
    { name: 'runtime-node' },
    { name: 'host-metrics' },
    { name: 'bullmq-otel' },
    { name: 'dd-trace' },
  ],
} as const satisfies Record<string, readonly AxisValue[]>

export type Axis = keyof typeof AXES
export type Combination = { readonly [Name in Axis]: (typeof AXES)[Name][number] }

/** Versions of what is beside Homeostat, as they go with the SDK and BullMQ of a combination. */
const BESIDE: Readonly<Record<string, (combination: Combination) => Versions>> = {
  'auto-instrumentations': ({ otel }) => ({
    '@opentelemetry/auto-instrumentations-node': { 'SDK 2.0': '0.57.1', 'SDK 2.12': '0.80.0', 'SDK 3.1': '0.82.0' }[
      otel.name
    ],
  }),
  'runtime-node': ({ otel }) => ({
    '@opentelemetry/instrumentation-runtime-node': { 'SDK 2.0': '0.14.0', 'SDK 2.12': '0.36.1', 'SDK 3.1': '0.37.0' }[
      otel.name
    ],
  }),
  'host-metrics': () => ({ '@opentelemetry/host-metrics': '0.39.0' }),
  'bullmq-otel': ({ bullmq }) => ({ 'bullmq-otel': bullmq.name.includes(' 5') ? '1.2.0' : '2.0.1' }),
  'dd-trace': () => ({ 'dd-trace': '6.21.0' }),
}

/** dd-trace asks for an API before 1.10, and SDK 3 for one from 1.10 on. */
export function canBe({ otel, beside }: Partial<Combination>): boolean {
  return !(otel?.name === 'SDK 3.1' && beside?.name === 'dd-trace')
}

export function versionsOf(combination: Combination): Versions {
  const values: readonly AxisValue[] = Object.values(combination)
  return Object.assign(
    {},
    ...values.map(({ versions }) => versions),
    BESIDE[combination.beside.name]?.(combination),
  ) as Versions
}

function library(name: string, version: string): AxisValue {
  return { name: `${name} ${version}`, versions: { [name]: version } }
}
