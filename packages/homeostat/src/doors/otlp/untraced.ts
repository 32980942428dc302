import Module from 'node:module'
import { withoutTracing } from '@homeostat/signals'
import { fieldOf } from '@homeostat/signals/options'
import { hasDatadog } from './datadog.ts'

type Run = <T>(store: object, work: () => T) => T

/** The module of dd-trace that holds what its instrumentations look at. */
const STORAGE = /[\\/]dd-trace[\\/]packages[\\/]datadog-core[\\/]index\.js$/

let datadog: { readonly run: Run | undefined } | undefined

/**
 * Runs work of which no tracer makes spans: neither OpenTelemetry, nor dd-trace, whose own exporters do the same. That part of
 * dd-trace is private to it; where it is not found, each new connection is a span.
 */
export function untraced<T>(work: () => T): T {
  if (datadog === undefined && hasDatadog()) datadog = { run: runOfDatadog() }
  const { run } = datadog ?? {}
  return withoutTracing(() => (run === undefined ? work() : run({ noop: true }, work)))
}

function runOfDatadog(): Run | undefined {
  try {
    const { cache } = Module.createRequire(import.meta.url)
    const path = Object.keys(cache).find(each => STORAGE.test(each))
    const storage = path === undefined ? undefined : fieldOf(cache[path]?.exports, 'storage')
    if (typeof storage !== 'function') return undefined
    const legacy: unknown = storage('legacy')
    const run = fieldOf(legacy, 'run')
    if (typeof run !== 'function') return undefined
    return (store, work) => run.call(legacy, store, work) as ReturnType<typeof work>
  } catch {
    return undefined
  }
}
