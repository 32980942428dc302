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
 * The PromQL of what one of our packages measures, or of what another instrumentation measures where ours is not there. A Prometheus text
 * omits our series when another instrumentation exports the same name.
 *
 * @param of - the PromQL of the series that the matcher selects; `isForeign` where they are those of others
 *
 * @example
 * ```ts
 * promAnywhere('@homeostat/pg', scope => `sum(x{${scope}})`)
 * // '(sum(x{otel_scope_name=~"|homeostat|@homeostat/pg"}) or on () sum(x{otel_scope_name!~"|homeostat|@homeostat/pg"}))'
 * ```
 */
export function promAnywhere(
  scope: `@homeostat/${string}`,
  of: (matcher: string, isForeign: boolean) => string,
): string {
  return `(${of(promScope(scope), false)} or on () ${of(promForeignScope(scope), true)})`
}

/**
 * The PromQL matcher for series that do not name the package that measured them: a Prometheus text carries under the scope `homeostat` what
 * several packages measure, and a server that receives OTLP keeps no scope unless `promote_scope_metadata` is set.
 */
export const promUnnamedScope = 'otel_scope_name=~"|homeostat"'
