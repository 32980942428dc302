import { context, createContextKey } from '@opentelemetry/api'

/**
 * The key that `suppressTracing()` of `@opentelemetry/core` keeps its flag under. The API has no function for it, and we
 * import no SDK; the name is the same in the core of SDK 2 and 3, and `createContextKey` is `Symbol.for`, so every copy of
 * core agrees with us.
 */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/**
 * Runs our own work so that no instrumentation makes spans of it, in what it awaits too: the application's traces hold
 * the application's queries and requests.
 */
export function withoutTracing<T>(work: () => T): T {
  return context.with(context.active().setValue(SUPPRESS_TRACING, true), work)
}
