import type { Labels } from '../words/labels.ts'
import { underscoreLabel } from '../words/names.ts'
import { LONGEST_TEXT, TemplateExecution } from './execution.ts'
import type { TemplateNode } from './node.ts'
import { parseNodes } from './parser.ts'
import { AlertRoot, show } from './value.ts'

/** The external labels and URL, the same for all templates of a set of rules. */
export interface TemplateEnvironment {
  readonly externalLabels: Labels
  readonly externalUrl: string
}

/** The data that a template may refer to. */
export interface TemplateData {
  readonly labels: Labels
  readonly value: number
  /** The time of `now`, milliseconds since the epoch. */
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
 * Parses a text in Go's template language with Prometheus's functions. Functions that this engine
 * does not have (`query`, `define`, ...) are refused by name. Text that does not parse is a syntax error with its place.
 *
 * @param name the template's name in messages
 */
export function parseTemplate(text: string, name: string): Template {
  const nodes = parseNodes(text)
  if (nodes.every(node => node.kind === 'text')) {
    const whole = nodes.map(node => node.text).join('')
    return { fixed: true, expand: () => whole }
  }
  const execute = ({ labels, value, timeMs, environment }: TemplateData): string => {
    const root = new AlertRoot(labels, environment.externalLabels, environment.externalUrl, value)
    return new TemplateExecution(text, name, root, timeMs).run(nodes)
  }
  const parts = nodes.map(partOf)
  if (!parts.every(part => part !== undefined)) return { fixed: false, expand: execute }
  return {
    fixed: false,
    expand: data => {
      const whole = parts.map(part => part(data)).join('')
      return whole.length > LONGEST_TEXT ? execute(data) : whole
    },
  }
}

type Part = (data: TemplateData) => string

/**
 * Most templates hold text, labels and the value only. They are written part by part: to execute a template takes variables and
 * a state, for each annotation of each alert at each evaluation.
 */
function partOf(node: TemplateNode): Part | undefined {
  if (node.kind === 'text') return () => node.text
  if (node.kind !== 'action' || node.pipe.variables.length > 0 || node.pipe.commands.length > 1) return undefined
  const [operand, ...more] = node.pipe.commands[0]?.args ?? []
  if (operand?.kind !== 'variable' || more.length > 0) return undefined
  const [variable, field, ...deeper] = operand.path
  if (variable === '$value' && field === undefined) return ({ value }) => show(value)
  if (variable !== '$labels' || field === undefined || deeper.length > 0) return undefined
  const label = underscoreLabel(field)
  return ({ labels }) => labels.get(label)
}
