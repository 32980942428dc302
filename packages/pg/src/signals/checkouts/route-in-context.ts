import { createContextKey, ROOT_CONTEXT, type Context } from '@opentelemetry/api'

/** The key of `@opentelemetry/core` for what HTTP and framework instrumentations share about a request. A key is known by its name. */
const RPC_METADATA = createContextKey('OpenTelemetry SDK Context Key RPC_METADATA')

/** What upstream's HTTP instrumentation shares about the request that a context belongs to: one object for each request. */
export function requestIn(context: Context | undefined): object | undefined {
  // Where nobody has made another one, there is nothing to look up.
  if (context === undefined || context === ROOT_CONTEXT) return undefined
  const metadata = context.getValue(RPC_METADATA)
  return typeof metadata === 'object' && metadata !== null ? metadata : undefined
}

/**
 * The route of the request that a context belongs to, from upstream's HTTP and framework instrumentations. They often know it only after
 * the request has begun. Undefined outside of a request, and before that.
 */
export function routeIn(context: Context | undefined): string | undefined {
  const metadata: { readonly route?: unknown } | undefined = requestIn(context)
  const route = metadata?.route
  return typeof route === 'string' && route !== '' ? route : undefined
}
