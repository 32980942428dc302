import { application, installed, Link, registered, type Sample } from './sample-application.ts'

const ESM_SERVER = "import express from 'express'\nexpress().listen(3000)\n"

/** Applications in which nothing is wrong, each near a fault. */
export const healthyApplications: Readonly<Record<string, Sample>> = {
  'SDK 2 in a file that is required first': { files: application() },
  'the register file of the contrib packages': {
    files: registered(),
    environment: {
      OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,express,pg',
      OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'fs, dns',
    },
  },
  'ES modules with the loader hook': {
    files: registered(
      {
        type: 'module',
        scripts: {
          start:
            'cross-env OTEL_SERVICE_NAME=shop node --experimental-loader=@opentelemetry/instrumentation/hook.mjs --import @opentelemetry/auto-instrumentations-node/register server.js',
        },
      },
      { 'server.js': ESM_SERVER },
    ),
  },
  'ES modules without a hook, for a library that needs none': {
    files: registered(
      { type: 'module', dependencies: { pg: '8', '@opentelemetry/instrumentation-pg': '*' } },
      {
        'server.js': "import pg from 'pg'\n",
        ...installed('pg', '8.23.1'),
        ...installed('@opentelemetry/instrumentation-pg', '0.71.0'),
      },
    ),
  },
  'SDK 3 throughout': {
    files: application(
      { dependencies: { '@opentelemetry/exporter-prometheus': '*', '@opentelemetry/sdk-metrics': '3' } },
      {
        ...installed('@opentelemetry/api', '1.10.0'),
        ...installed('@opentelemetry/sdk-node', '0.301.0'),
        ...installed('@opentelemetry/sdk-metrics', '3.1.1'),
        ...installed('@opentelemetry/exporter-prometheus', '0.301.0'),
        ...installed('@opentelemetry/instrumentation-express', '0.301.0'),
        'otel.js':
          "import { NodeSDK } from '@opentelemetry/sdk-node'\nnew NodeSDK({ metricReaders: [reader] }).start()\n",
      },
    ),
  },
  'Node run by yarn': {
    files: application({ scripts: { start: 'OTEL_SERVICE_NAME=shop yarn node -r ./otel.js server.js' } }),
  },
  'two copies of one version of the api': {
    files: application(
      { dependencies: { cart: '1' } },
      {
        ...installed('cart', '1.0.0', { dependencies: { '@opentelemetry/api': '^1.9.0' } }),
        ...installed('@opentelemetry/api', '1.9.1', {}, 'node_modules/cart/node_modules'),
      },
    ),
  },
  'the links of pnpm, with a newer api of somebody else in the store': {
    files: {
      ...application({}, {}),
      ...installed('@opentelemetry/api', '1.10.0', {}, 'node_modules/.pnpm/@opentelemetry+api@1.10.0/node_modules'),
      ...installed(
        'cart',
        '1.0.0',
        { dependencies: { '@opentelemetry/api': '*' } },
        'node_modules/.pnpm/cart@1.0.0/node_modules',
      ),
      'node_modules/.pnpm/cart@1.0.0/node_modules/@opentelemetry/api': new Link('../../../../@opentelemetry/api'),
      'node_modules/cart': new Link('.pnpm/cart@1.0.0/node_modules/cart'),
    },
  },
  'one of two applications of a workspace': {
    files: {
      ...Object.fromEntries(
        Object.entries(application()).map(([path, content]) => [
          path.startsWith('node_modules') ? path : `shop/${path}`,
          content,
        ]),
      ),
      'package.json': { private: true, workspaces: ['shop', 'admin'], dependencies: {} },
      'admin/package.json': { name: 'admin', dependencies: { '@opentelemetry/api': '^1.10.0' } },
      ...installed('@opentelemetry/api', '1.10.0', {}, 'admin/node_modules'),
      ...installed('dd-trace', '6.21.0'),
    },
    within: 'shop',
  },
  'a bundle without its libraries, in a container with room beside the heap': {
    files: application(
      {
        scripts: {
          build: 'esbuild src/server.ts --bundle --platform=node --external:express --outfile=dist/server.js',
          start: 'npm run build && node --max-old-space-size=384 --require ./otel.js dist/server.js',
        },
      },
      {
        Dockerfile:
          'FROM node:24.1.0 AS build\nRUN npm ci\nFROM node:24-alpine\nENV OTEL_SERVICE_NAME=shop \\\n    NODE_ENV=production\nCMD ["npm", "start"]\n',
        'compose.yaml': 'services:\n  shop:\n    build: .\n    deploy: { resources: { limits: { memory: 512M } } }\n',
      },
    ),
  },
  'dd-trace without an SDK': {
    files: {
      'package.json': {
        scripts: { start: 'node -r dd-trace/init server.js' },
        dependencies: { 'dd-trace': '6', express: '5' },
      },
      'server.js': "const express = require('express')\n",
      ...installed('dd-trace', '6.21.0', { dependencies: { '@opentelemetry/api': '>=1.0.0 <1.10.0' } }),
      ...installed('@opentelemetry/api', '1.9.1'),
      ...installed('express', '5.1.0'),
    },
    environment: { DD_SERVICE: 'shop', DD_METRICS_OTEL_ENABLED: 'true' },
  },
  'a configuration file that startNodeSdk reads': {
    files: application(
      { scripts: { start: 'OTEL_CONFIG_FILE=otel.yaml node -r ./otel.js server.js' } },
      {
        'otel.js': "const { startNodeSdk } = require('@opentelemetry/sdk-node')\nstartNodeSdk()\n",
        'otel.yaml':
          'file_format: "1.1"\nmeter_provider:\n  readers:\n    - periodic: { exporter: { console: {} } }\n    - pull: { exporter: { prometheus/development: {} } }\ndistribution:\n  homeostat: { mode: advise }\n',
      },
    ),
  },
  'gRPC to a collector, with names of several words and of other languages': {
    files: application(),
    environment: {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317',
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=hunter2,tenant=a%2Cb',
      OTEL_RESOURCE_ATTRIBUTES: 'service.version=1.0,deployment.environment.name=prod',
      OTEL_METRIC_EXPORT_INTERVAL: '10000',
      OTEL_METRIC_EXPORT_TIMEOUT: '5000',
      OTEL_METRICS_EXPORTER: 'otlp,console',
      OTEL_PYTHON_LOG_CORRELATION: 'true',
      OTEL_RESOURCE_ATTRIBUTES_POD_NAME: 'shop-1',
      OTEL_SERVICE_VERSION: '1.0',
      OTEL_SDK_DISABLED: 'FALSE',
      HOMEOSTAT_MODE: 'advise',
      HOMEOSTAT_DISABLED: '0',
      HOMEOSTAT_CONFIG_FILE: 'homeostat.yaml',
    },
  },
  'Datadog with delta values': {
    files: application(),
    environment: {
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://otlp.datadoghq.eu/v1/metrics',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'Delta',
    },
  },
  'TypeScript whose main file imports the tracing file first': {
    files: application(
      { scripts: { 'start:prod': 'node dist/main' }, dependencies: { '@swc/core': '1' } },
      {
        'src/main.ts': "import './tracing'\nimport type { Express } from 'express'\nimport express from 'express'\n",
        'src/tracing.ts':
          "// import express from 'express'\nimport { NodeSDK } from '@opentelemetry/sdk-node'\nnew NodeSDK({ serviceName: 'shop' }).start()\n",
      },
    ),
  },
  'an image whose version is an argument, with an entry point': {
    files: application(
      {},
      {
        Dockerfile:
          'ARG TAG=24\nFROM node:${TAG}-slim AS base\nENV OTEL_SERVICE_NAME=shop\nFROM base\nENTRYPOINT ["docker-entrypoint.sh"]\nCMD ["node", "--require", "./otel.js", "server.js"]\n',
      },
    ),
    nodeVersion: 'v18.0.0',
  },
  'an image that is not known': {
    files: application(
      {},
      { Dockerfile: 'FROM registry.acme.dev/base\nENV OTEL_SERVICE_NAME shop\nCMD node -r ./otel.js .\n' },
    ),
    nodeVersion: 'v18.0.0',
  },
  'no OpenTelemetry at all': {
    files: { 'package.json': { name: 'shop', dependencies: { express: '5' } }, ...installed('express', '5.1.0') },
  },
  'an empty folder': { files: {} },
}
