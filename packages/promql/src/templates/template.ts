import type { Labels } from '../words/labels.ts'
import { TemplateExecution } from './execution.ts'
import { parseNodes } from './parser.ts'
import { AlertRoot } from './value.ts'

/** What all templates of a set of rules share. */
export interface TemplateEnvironment {
  readonly externalLabels: Labels
  readonly externalUrl: string
}

/** What a template may refer to. */
export interface TemplateData {
  readonly labels: Labels
  readonly value: number
  /** What `now` says, milliseconds since the epoch. */
  readonly timeMs: number
  readonly environment: TemplateEnvironment
}

/** A label or annotation text with `{{ ... }}` parts, parsed once. */
export interface Template {
  /** Whether the text is the same for every alert. */
  readonly fixed: boolean
  /** Throws a {@link TemplateFailure} worded like Go's, with the name of the template. */
  expand(data: TemplateData): string
}

/**
 * Parses a text in Go's template language with Prometheus's functions. What this engine does not have (`query`, `define`, ...)
 * is refused by name, what is no template is a syntax error with its place.
 *
 * @param name what messages call it
 */
export function parseTemplate(text: string, name: string): Template {
  const nodes = parseNodes(text)
  if (nodes.every(node => node.kind === 'text')) {
    const whole = nodes.map(node => node.text).join('')
    return { fixed: true, expand: () => whole }
  }
  return {
    fixed: false,
    expand({ labels, value, timeMs, environment }) {
      const root = new AlertRoot(labels, environment.externalLabels, environment.externalUrl, value)
      return new TemplateExecution(text, name, root, timeMs).run(nodes)
    },
  }
}
