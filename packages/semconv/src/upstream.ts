/** Metrics of other instrumentations that Homeostat reads but never emits (semantic conventions 1.45, stable). */
export const upstreamMetrics = {
  httpClientRequestDuration: 'http.client.request.duration',
  httpServerRequestDuration: 'http.server.request.duration',
} as const
