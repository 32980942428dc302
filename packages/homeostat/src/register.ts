// For `node --import homeostat/register app.js`, beside any other --import or --require, and for --require as well.
import Module from 'node:module'
import type { Homeostat } from './homeostat.ts'

/**
 * The Homeostat of this process: options come from `HOMEOSTAT_…`, every instrumentation is on, and the readers of whatever SDK
 * starts are attached. Undefined where `HOMEOSTAT_DISABLED` is set: then nothing of Homeostat is loaded.
 *
 * @example
 * ```sh
 * OTEL_SERVICE_NAME=shop node --import @opentelemetry/auto-instrumentations-node/register --import homeostat/register app.js
 * ```
 */
export const registered: Homeostat | undefined = isDisabled(process.env['HOMEOSTAT_DISABLED']) ? undefined : register()

function register(): Homeostat {
  // Not an import, so that a process that is disabled does not load it; and not awaited, so that --require works.
  const { homeostat } = Module.createRequire(import.meta.url)('homeostat') as typeof import('./index.ts')
  const h = homeostat()
  // Before the application imports what they measure.
  for (const instrumentation of h.instrumentations) instrumentation.enable()
  h.findReaders()
  return h
}

function isDisabled(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false', 'no', 'off'].includes(value.trim().toLowerCase())
}
