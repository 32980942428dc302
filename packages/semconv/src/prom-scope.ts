/**
 * The PromQL matcher for the instrumentation scope of one of our packages. Others may carry the same metric names: contrib
 * instrumentations do, with other attributes. Series without a scope match too, since exporters can leave scopes out.
 *
 * @example
 * ```ts
 * promScope('@homeostat/pg') // 'otel_scope_name=~"|@homeostat/pg"'
 * ```
 */
export function promScope(scope: `@homeostat/${string}`): string {
  return `otel_scope_name=~"|${scope}"`
}
