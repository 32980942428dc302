// For `node --import homeostat/register app.js`, beside any other --import or --require, and for --require as well.
import Module from 'node:module'
import type { Homeostat } from './homeostat.ts'
import { isDisabled } from './options/is-disabled.ts'

/**
 * The Homeostat of this process: options come from `HOMEOSTAT_…`, every instrumentation is on, and the readers of whatever SDK
 * starts are attached. Undefined where `HOMEOSTAT_DISABLED` is set: then nothing of Homeostat is loaded. Undefined as well where
 * it cannot be loaded, which one line reports.
 *
 * @example
 * ```sh
 * OTEL_SERVICE_NAME=shop node --import @opentelemetry/auto-instrumentations-node/register --import homeostat/register app.js
 * ```
 */
export const registered: Homeostat | undefined = isDisabled(process.env['HOMEOSTAT_DISABLED'])
  ? undefined
  : registeredOrReported()

/** A flag that throws would keep the application from starting, e.g. on a Node that cannot require ES modules. */
function registeredOrReported(): Homeostat | undefined {
  try {
    return register()
  } catch (error) {
    const { code, name } = Object(error) as { readonly code?: unknown; readonly name?: unknown }
    process.stderr.write(
      `homeostat: not started, because it cannot be loaded by Node ${process.versions.node} (${String(code ?? name)}); it needs Node 22.15 or newer\n`,
    )
    return undefined
  }
}

function register(): Homeostat {
  // Not an import, so that a process that is disabled does not load it; and not awaited, so that --require works.
  const { homeostat } = Module.createRequire(import.meta.url)('homeostat') as typeof import('./index.ts')
  const h = homeostat()
  // Before the application imports what they measure.
  for (const instrumentation of h.instrumentations) instrumentation.enable()
  h.findReaders()
  return h
}
