/**
 * The PromQL matcher for the instrumentation scope of one of our packages. Others may carry the same metric names: contrib
 * instrumentations do, with other attributes. The series of {@link promUnnamedScope} match too.
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

/**
 * The PromQL matcher for series that do not name the package that measured them: a Prometheus text carries under the scope `homeostat` what
 * several packages measure, and a server that receives OTLP keeps no scope unless `promote_scope_metadata` is set.
 */
export const promUnnamedScope = 'otel_scope_name=~"|homeostat"'
