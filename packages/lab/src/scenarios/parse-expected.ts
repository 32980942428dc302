import { formatDuration } from '@homeostat/promql'
import { MappingReader, plainValue, type YamlDocument, type YamlNode } from '@homeostat/promql/rule-files'
import type { RefusalReason } from '@homeostat/optimizer'
import { revertCauses, verdicts } from '@homeostat/optimizer/parts'
import { oneOf, type OptionSchema } from '@homeostat/signals/options'
import { COUNT, milliseconds, problemsOf, valueOf } from '../response-files/fields.ts'
import { EVENT_FIELDS, EVENT_KINDS, type EventKind, type EventPattern, type Expected } from './expected.ts'

const REASONS: Record<RefusalReason, true> = {
  'no response': true,
  'no such action': true,
  'kill switch': true,
  mode: true,
  'missing data': true,
  'warm-up': true,
  quarantine: true,
  cooldown: true,
  budget: true,
  conflict: true,
  lease: true,
  prerequisites: true,
  guards: true,
}

/** A misspelt word would never be met, and one that is expected not to come would always be. */
const description = 'a word of an event'
const WORDS: Readonly<Record<string, OptionSchema<string>>> = {
  verdict: oneOf(verdicts, { description }),
  reason: oneOf(Object.keys(REASONS), { description }),
  arm: oneOf(['act', 'control'], { description }),
  result: oneOf(['restored', 'superseded', 'failed'], { description }),
  because: oneOf(revertCauses, { description }),
}

/** Reads one item of `expect:`. */
export function readExpected(document: YamlDocument, node: YamlNode, durationMs: number): Expected {
  const fields = new MappingReader(document, node, 'an expectation', ['at', 'by', 'from', ...EVENT_KINDS])
  const when = fields.has('at') ? 'at' : 'by'
  if (fields.has('at') === fields.has('by')) fields.report('by', 'an expectation needs either at or by')
  if (fields.has('from') && when === 'at') fields.report('from', 'from belongs to by')
  const ms = milliseconds(fields, when) ?? 0
  if (ms > durationMs)
    fields.report(when, `the scenario is over by then: its duration is ${formatDuration(durationMs)}`)
  const kinds = EVENT_KINDS.filter(kind => fields.has(kind))
  if (kinds.length === 0) fields.report(when, `it expects nothing; known are ${EVENT_KINDS.join(', ')}`)
  const patterns = kinds.map(kind => [kind, fields.items(kind).map(item => readPattern(document, item, kind))] as const)
  return { when, ms, fromMs: milliseconds(fields, 'from') ?? 0, events: Object.fromEntries(patterns) }
}

/** A text, which is the first of the kind's fields, or a mapping. */
function readPattern(document: YamlDocument, node: YamlNode, kind: EventKind): EventPattern {
  const plain = plainValue(document, node)
  const known: readonly string[] = EVENT_FIELDS[kind]
  if (typeof plain === 'string') {
    checkWord(document, node, known[0]!, plain)
    return { fields: { [known[0]!]: plain }, labels: {}, atLeast: 1, atMost: Infinity }
  }
  const item = new MappingReader(document, node, `an item of ${kind}`, [
    ...known,
    'labels',
    'count',
    'at_least',
    'at_most',
  ])
  const fields: Record<string, string> = {}
  for (const field of known) {
    if (!item.has(field)) continue
    fields[field] = item.text(field) ?? ''
    checkWord(document, item.node(field), field, fields[field])
  }
  const count = valueOf(item, 'count', COUNT)
  const atMost = count ?? valueOf(item, 'at_most', COUNT)
  return {
    fields,
    labels: item.texts('labels', () => undefined),
    atLeast: count ?? valueOf(item, 'at_least', COUNT) ?? (atMost === undefined ? 1 : 0),
    atMost: atMost ?? Infinity,
  }
}

function checkWord(document: YamlDocument, node: YamlNode | undefined, field: string, text: string): void {
  const words = WORDS[field]
  if (words) for (const problem of problemsOf(words, field, text)) document.report(node, problem)
}
