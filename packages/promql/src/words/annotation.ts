import type { Span } from './ast.ts'
import { positionAt } from './errors.ts'

/** Something worth knowing about a result that is not an error, worded like Prometheus's annotations. */
export interface Annotation {
  readonly level: 'warning' | 'info'
  readonly message: string
}

/** Collects annotations of one evaluation, each message once. */
export class AnnotationList {
  // Made at the first message: most evaluations have none.
  #messages: Map<string, Annotation> | undefined

  add(level: Annotation['level'], text: string): void {
    const message = `PromQL ${level}: ${text}`
    this.#messages ??= new Map()
    if (!this.#messages.has(message)) this.#messages.set(message, { level, message })
  }

  get all(): readonly Annotation[] {
    return this.#messages === undefined ? NONE : [...this.#messages.values()]
  }
}

const NONE: readonly Annotation[] = []

/** ` (1:25)`: where in the expression an annotation points. */
export function placeOf(source: string, span: Span): string {
  const { line, column } = positionAt(source, span.from)
  return ` (${line}:${column})`
}

/** ` for metric name "x"`, or nothing when the name is gone. */
export function forMetric(name: string): string {
  return name === '' ? '' : ` for metric name ${JSON.stringify(name)}`
}
