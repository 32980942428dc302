/**
 * The PromQL matcher for the instrumentation scope of one of our packages. Others may carry the same metric names: contrib
 * instrumentations do, with other attributes. Series without a scope match too, since exporters can leave scopes out, and so
 * do those of the scope under which a Prometheus text carries what several of our packages measure.
 *
 * @example
 * ```ts
 * promScope('@homeostat/pg') // 'otel_scope_name=~"|homeostat|@homeostat/pg"'
 * ```
 */
export function promScope(scope: `@homeostat/${string}`): string {
  return `otel_scope_name=~"|homeostat|${scope}"`
}

/**
 * The PromQL matcher for the scopes of others, the opposite of {@link promScope}: for what another instrumentation measures of
 * the same things.
 *
 * @example
 * ```ts
 * promForeignScope('@homeostat/pg') // 'otel_scope_name!~"|homeostat|@homeostat/pg"'
 * ```
 */
export function promForeignScope(scope: `@homeostat/${string}`): string {
  return promScope(scope).replace('=~', '!~')
}
