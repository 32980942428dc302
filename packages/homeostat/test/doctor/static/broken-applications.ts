import { application, installed, registered, type Sample } from './sample-application.ts'

const start = (command: string): Readonly<Record<string, unknown>> => ({ scripts: { start: command } })
const withVariables = (environment: Readonly<Record<string, string>>): Sample => ({ files: application(), environment })
const NODE_SDK = "const { NodeSDK } = require('@opentelemetry/sdk-node')\n"
const ESM_SDK = "import { NodeSDK } from '@opentelemetry/sdk-node'\n"
const CONFIGURED = {
  ...start('OTEL_CONFIG_FILE=otel.yaml node --require ./otel.js server.js'),
  dependencies: { yaml: '2' },
}
const START_FILE = "const { startNodeSdk } = require('@opentelemetry/sdk-node')\nstartNodeSdk()\n"

/** One application for each check: it has that fault and no other one. */
export const brokenApplications: Readonly<Record<string, Sample>> = {
  'api-newer-than-provider': {
    files: application(
      { dependencies: { cart: '1' } },
      {
        ...installed('cart', '1.0.0', { dependencies: { '@opentelemetry/api': '^1.10.0' } }),
        ...installed('@opentelemetry/api', '1.10.0', {}, 'node_modules/cart/node_modules'),
      },
    ),
  },
  'api-copies': {
    files: application(
      { dependencies: { cart: '1' } },
      {
        ...installed('cart', '1.0.0', { dependencies: { '@opentelemetry/api': '1.8.0' } }),
        ...installed('@opentelemetry/api', '1.8.0', {}, 'node_modules/cart/node_modules'),
      },
    ),
  },
  'sdk-lines-mixed': {
    files: application(
      { dependencies: { '@opentelemetry/sdk-metrics': '3' } },
      installed('@opentelemetry/sdk-metrics', '3.1.1', { peerDependencies: {} }),
    ),
  },
  'exporter-line': {
    files: application(
      { dependencies: { '@opentelemetry/exporter-prometheus': '*' } },
      installed('@opentelemetry/exporter-prometheus', '0.301.0', { peerDependencies: {} }),
    ),
  },
  'peer-conflict': {
    files: application(
      { dependencies: { '@opentelemetry/instrumentation-pg': '*' } },
      installed('@opentelemetry/instrumentation-pg', '0.77.0'),
    ),
  },
  'node-too-old': {
    files: application(
      {},
      {
        Dockerfile:
          'FROM node:18.17.0-alpine\nENV OTEL_SERVICE_NAME=shop\nCMD ["node", "-r", "./otel.js", "server.js"]\n',
      },
    ),
  },
  'sdk-after-libraries': {
    files: application(start('OTEL_SERVICE_NAME=shop node server.js'), {
      'server.js': "const express = require('express')\nrequire('./otel')\nexpress().listen(3000)\n",
    }),
  },
  'imports-hoisted': {
    files: application(
      { ...start('OTEL_SERVICE_NAME=shop node dist/main.js'), dependencies: { '@swc/core': '1' } },
      { 'src/main.ts': `${ESM_SDK}const sdk = new NodeSDK()\nsdk.start()\nimport express from 'express'\nexpress()\n` },
    ),
  },
  'sdk-started-twice': {
    files: registered({}, { 'server.js': `${NODE_SDK}new NodeSDK().start()\nrequire('express')\n` }),
  },
  'preload-missing': {
    files: application(start('OTEL_SERVICE_NAME=shop node --import @acme/tracing/register -r ./otel.js server.js')),
  },
  'readers-replace-environment': {
    files: application({}, { 'otel.js': `${NODE_SDK}new NodeSDK({\n  metricReaders: [reader],\n}).start()\n` }),
    environment: { OTEL_METRICS_EXPORTER: 'prometheus' },
  },
  'reader-option-removed': {
    files: application(
      {},
      {
        'otel.js': `${NODE_SDK}new NodeSDK({ metricReader: new Reader() }).start()\n`,
        ...installed('@opentelemetry/sdk-node', '0.301.0'),
        ...installed('@opentelemetry/api', '1.10.0'),
      },
    ),
  },
  'config-file-not-read': {
    files: registered(start('node --import @opentelemetry/auto-instrumentations-node/register server.js'), {
      'otel.yaml': 'file_format: "1.0"\n',
    }),
    environment: { OTEL_CONFIG_FILE: 'otel.yaml' },
  },
  'config-file-missing': { files: application(CONFIGURED, { 'otel.js': START_FILE }) },
  'config-file-foreign-key': {
    files: application(CONFIGURED, {
      'otel.js': START_FILE,
      'otel.yaml':
        'file_format: "1.1"\nmeter_provider:\n  readers:\n    - periodic:\n        producers:\n          - homeostat: {}\n',
    }),
  },
  'enabled-instrumentations-unknown': {
    files: registered(),
    environment: { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'homeostat' },
  },
  'disabled-instrumentations-unknown': {
    files: registered(),
    environment: { OTEL_NODE_DISABLED_INSTRUMENTATIONS: '@opentelemetry/instrumentation-fs' },
  },
  'library-bundled': {
    files: application({
      scripts: {
        build: 'esbuild src/server.ts --bundle --platform=node --outfile=dist/server.js',
        start: 'OTEL_SERVICE_NAME=shop node --require ./otel.js dist/server.js',
      },
    }),
  },
  'esm-without-hook': {
    files: registered({ type: 'module' }, { 'server.js': "import express from 'express'\nexpress().listen(3000)\n" }),
  },
  'otel-variable-misspelt': withVariables({ OTEL_EXPORTER_OLTP_ENDPOINT: 'http://collector:4318' }),
  'homeostat-variable': withVariables({ HOMEOSTAT_MODDE: 'act' }),
  'sdk-disabled': withVariables({ OTEL_SDK_DISABLED: 'true' }),
  'boolean-not-valid': withVariables({ OTEL_SDK_DISABLED: '1' }),
  'metrics-exporter-none': withVariables({ OTEL_METRICS_EXPORTER: 'none' }),
  'metrics-exporter-unknown': withVariables({ OTEL_METRICS_EXPORTER: 'prometeus' }),
  'interval-ignored': withVariables({ OTEL_METRICS_EXPORTER: 'console', OTEL_METRIC_EXPORT_INTERVAL: '5000' }),
  'milliseconds-not-valid': withVariables({ OTEL_METRIC_EXPORT_INTERVAL: '10s' }),
  'export-timeout-above-interval': withVariables({
    OTEL_METRIC_EXPORT_INTERVAL: '5000',
    OTEL_METRIC_EXPORT_TIMEOUT: '30000',
  }),
  'service-name-missing': { files: application(start('node --require ./otel.js server.js')) },
  'resource-attributes-not-valid': withVariables({
    OTEL_RESOURCE_ATTRIBUTES: 'team=a=b,deployment.environment.name=prod',
  }),
  'endpoint-path-doubled': withVariables({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/v1/metrics' }),
  'endpoint-path-missing': withVariables({ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://collector:4318' }),
  'endpoint-port': withVariables({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317' }),
  'endpoint-not-an-address': withVariables({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }),
  'protocol-unknown': withVariables({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuff' }),
  'headers-not-valid': withVariables({ OTEL_EXPORTER_OTLP_HEADERS: 'api-key: hunter2' }),
  'temporality-unknown': withVariables({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'deltas' }),
  'delta-to-prometheus': withVariables({
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://prometheus:9090/api/v1/otlp/v1/metrics',
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
  }),
  'cumulative-to-datadog': withVariables({
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://otlp.datadoghq.com/v1/metrics',
  }),
  'prometheus-port-taken': withVariables({
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_EXPORTER_PROMETHEUS_PORT: '3000',
    PORT: '3000',
  }),
  'agent-beside-sdk': {
    files: application(
      {
        ...start('OTEL_SERVICE_NAME=shop node -r dd-trace/init -r ./otel.js server.js'),
        dependencies: { 'dd-trace': '6' },
      },
      installed('dd-trace', '6.21.0', { dependencies: { '@opentelemetry/api': '>=1.0.0 <1.10.0' } }),
    ),
  },
  'runtime-metrics-twice': {
    files: registered(
      { dependencies: { 'prom-client': '15' } },
      {
        ...installed('prom-client', '15.1.3'),
        'server.js': "const prom = require('prom-client')\nprom.collectDefaultMetrics()\n",
      },
    ),
  },
  'database-metrics-twice': {
    files: application(
      { dependencies: { '@opentelemetry/instrumentation-pg': '*', '@homeostat/pg': '*', pg: '8' } },
      {
        ...installed('@opentelemetry/instrumentation-pg', '0.71.0'),
        ...installed('@homeostat/pg', '0.1.0'),
        ...installed('pg', '8.23.1'),
      },
    ),
  },
  'heap-above-limit': {
    files: application(start('OTEL_SERVICE_NAME=shop node --max-old-space-size=4096 --require ./otel.js server.js'), {
      'compose.yaml': 'services:\n  shop:\n    build: .\n    mem_limit: 512m\n  redis:\n    image: redis\n',
    }),
  },
  'heap-flag-not-valid': { files: application(), environment: { NODE_OPTIONS: '--max-old-space-size=2g' } },
}
