/** The package of a specifier such as `@opentelemetry/auto-instrumentations-node/register`. */
export function packageOf(specifier: string): string | undefined {
  return /^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*(?=\/|$)/.exec(specifier)?.[0]
}
