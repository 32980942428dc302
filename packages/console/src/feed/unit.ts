import type { Unit } from '../wire/messages.ts'

/** By the function of a rule's own text that writes its value, which is where a rule says what its number is. */
const WRITERS: readonly (readonly [RegExp, Unit])[] = [
  [/\$value \| humanizePercentage/, 'ratio'],
  [/\$value \| humanizeDuration/, 'seconds'],
  [/\$value \| humanize1024/, 'bytes'],
]

/** By the end of a metric's name, for an expression that is the metric itself. */
const NAMES: readonly (readonly [RegExp, Unit])[] = [
  [/^[\w:]*_ratio(\{[^}]*\})?$/, 'ratio'],
  [/^[\w:]*_seconds(\{[^}]*\})?$/, 'seconds'],
  [/^[\w:]*_bytes(\{[^}]*\})?$/, 'bytes'],
]

/** The unit in which the number of a rule is written, as far as the rule shows it. */
export function unitOf(expr: string, texts: Readonly<Record<string, string>> = {}): Unit {
  const text = Object.values(texts).join('\n')
  const written = WRITERS.find(([writer]) => writer.test(text)) ?? NAMES.find(([name]) => name.test(expr))
  return written?.[1] ?? 'plain'
}

/** What a rule says about itself, with `…` for what each alert fills in. */
export function descriptionOf({ summary, description }: Readonly<Record<string, string>> = {}): string {
  return (summary ?? description ?? '').replaceAll(/\{\{.*?\}\}/g, '…').slice(0, 300)
}
