import { minor, major, valid } from 'semver'
import type { LiveCheck } from '../live-check.ts'
import type { LoadedPackage } from '../../../examination/live-facts.ts'

const API = '@opentelemetry/api'
/** Packages that register a provider of metrics. */
const SDKS = ['@opentelemetry/sdk-node', '@opentelemetry/sdk-metrics', '@vercel/otel', '@sentry/node', 'dd-trace']
/** Packages that export metrics without one. */
const OTHERS = ['dd-trace', 'prom-client']

/** Whether metrics have somewhere to go. */
export const providerChecks: readonly LiveCheck[] = [
  {
    id: 'otel-not-loaded',
    what: 'The process has loaded nothing of OpenTelemetry.',
    why: 'The preload or the file that starts the SDK has not run in this process, so nothing is measured. It may be missing in the command, or in the image.',
    fix: 'Start the SDK before the application: `--import ./otel.js` or `--import @opentelemetry/auto-instrumentations-node/register`.',
    find({ provider, packages, homeostats, process: { node } }) {
      if (packages === undefined || provider.kind !== 'missing' || homeostats.length > 0) return []
      if (packages.some(({ name }) => name.startsWith('@opentelemetry/') || OTHERS.includes(name))) return []
      const libraries = packages.map(shown)
      return [
        {
          evidence: `no package of OpenTelemetry is loaded in Node ${node}${libraries.length > 0 ? `, and ${listed(libraries)} are not measured` : ''}`,
          fix: 'the start command: node --import @opentelemetry/auto-instrumentations-node/register, before the main file',
        },
      ]
    },
  },
  {
    id: 'provider-missing',
    what: 'No MeterProvider is registered, so every metric is dropped.',
    why: 'The API answers with a no-op meter until an SDK registers a provider. Nothing fails and no error is logged.',
    fix: 'Start an SDK with a metric reader: NodeSDK registers a MeterProvider only if it has one, from `metricReaders` or OTEL_METRICS_EXPORTER.',
    find(facts) {
      const { provider, packages = [], homeostats } = facts
      if (provider.kind !== 'missing' && provider.kind !== 'noop') return []
      // Homeostat exports without an SDK, and reports it if it cannot export.
      if (homeostats.length > 0) return []
      const loaded = packages.filter(({ name }) => name.startsWith('@opentelemetry/'))
      if (loaded.length === 0) return []
      const sdk = packages.find(({ name }) => SDKS.includes(name))
      const state =
        provider.kind === 'noop' ? `${provider.className ?? 'a no-op provider'} is registered` : 'none is registered'
      const cause = provider.hasTracer
        ? ', while a provider of traces is registered'
        : sdk === undefined
          ? ', and no SDK is loaded'
          : `, though ${shown(sdk)} is loaded`
      return [
        {
          evidence: state + cause,
          fix: provider.hasTracer
            ? 'environment: OTEL_METRICS_EXPORTER=otlp, or new NodeSDK({ metricReaders: [...] })'
            : sdk === undefined
              ? 'start command: --import @opentelemetry/auto-instrumentations-node/register'
              : 'call sdk.start() before the application is loaded, and look for OTEL_SDK_DISABLED=true',
        },
      ]
    },
  },
  {
    id: 'provider-hidden',
    what: 'A copy of @opentelemetry/api does not see the registered provider.',
    why: 'A copy uses providers that the same or a newer minor version registered. Code that loads a newer copy gets a no-op meter, so its metrics are dropped without an error.',
    fix: 'Install one version of @opentelemetry/api with `overrides` (npm, pnpm) or `resolutions` (yarn).',
    find({ provider, packages = [] }) {
      const { apiVersion } = provider
      if (provider.kind === 'missing' || apiVersion === undefined) return []
      return packages
        .filter(({ name, version }) => name === API && version !== undefined && !sees(version, apiVersion))
        .map(copy => ({
          evidence: `${shown(copy)} in ${copy.path} is loaded, and the provider was registered by version ${apiVersion}`,
          fix: `package.json: "overrides": { "${API}": "${apiVersion}" }`,
        }))
    },
  },
  {
    id: 'provider-without-reader',
    what: 'The MeterProvider has no reader, so no metric leaves the process.',
    why: 'A provider without readers keeps nothing at all. NodeSDK adds no reader where OTEL_METRICS_EXPORTER is `none` or names no known exporter.',
    fix: 'Give the provider a reader: `metricReaders` in code, or OTEL_METRICS_EXPORTER=otlp.',
    find({ provider, readers, homeostats }) {
      if (provider.kind !== 'sdk' || readers.length > 0 || homeostats.some(({ isExporting }) => isExporting)) return []
      return [
        {
          evidence: `${provider.className ?? 'the MeterProvider'} has 0 readers`,
          fix: 'new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] }), or OTEL_METRICS_EXPORTER=otlp for NodeSDK',
        },
      ]
    },
  },
]

/** Whether a copy of the api uses what another version has registered. */
function sees(own: string, registered: string): boolean {
  if (valid(own) === null || valid(registered) === null) return true
  return major(own) === major(registered) && minor(own) <= minor(registered)
}

function shown({ name, version }: LoadedPackage): string {
  return version === undefined ? name : `${name} ${version}`
}

function listed(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
}
