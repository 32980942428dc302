import type { Mark } from '../application-facts.ts'

/** One thing that a source does, at its line. */
export interface SourceStep {
  readonly kind: 'load' | 'start'
  /** The specifier, or what starts the SDK. */
  readonly name: string
  readonly line: number
}

export interface ParsedSource {
  /** Static imports, in order. */
  readonly imports: readonly SourceStep[]
  /** Calls of `require` at the top level, and starts of an SDK, in order. */
  readonly body: readonly SourceStep[]
  readonly marks: readonly { readonly mark: Mark; readonly line: number }[]
}

/** Each alternative ends at the end of the text as well, so that an open comment or string is read once. */
const SKIPPED =
  /\/\*(?:[\s\S]*?\*\/|[\s\S]*$)|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'?|"(?:[^"\\\n]|\\.)*"?|`(?:[^`\\]|\\[\s\S])*`?/g
const IMPORT =
  /(?:^|;)[ \t]*(?:import\s*(['"])([^'"\n]{1,300})\1|(?:import|export)\b(?!\s+type\b)[\s\w*{},$]{0,2000}?\bfrom\s*(['"])([^'"\n]{1,300})\3)/gm
/** Only at the beginning of a line, because a call in a function runs later. */
const REQUIRE = /^(?:\S[^\n]{0,300}?)??\brequire\(\s*(['"])([^'"\n]{1,300})\1\s*\)/gm
const START = /\b(new\s+(?:\w+\.)?NodeSDK|startNodeSdk|registerInstrumentations|registerOTel)\s*\(/g

const MARKS: Readonly<Record<Mark, RegExp>> = {
  NodeSDK: /\bnew\s+(?:\w+\.)?NodeSDK\s*\(/g,
  startNodeSdk: /\bstartNodeSdk\s*\(/g,
  metricReader: /\bmetricReader\s*:/g,
  metricReaders: /\bmetricReaders\s*:/g,
  collectDefaultMetrics: /\bcollectDefaultMetrics\s*\(/g,
  RuntimeNodeInstrumentation: /\bnew\s+RuntimeNodeInstrumentation\s*\(/g,
  PrometheusExporter: /\bnew\s+PrometheusExporter\s*\(/g,
  'module hook': /instrumentation\/hook\.mjs|import-in-the-middle/g,
  'service name': /\bserviceName\s*:|ATTR_SERVICE_NAME\b|SEMRESATTRS_SERVICE_NAME\b|['"]service\.name['"]/g,
  temporality: /\btemporalityPreference\s*:/g,
}

/** Reads the beginning of a program without running it: by patterns, on a text without comments and templates. */
export function parseSource(text: string): ParsedSource {
  const code = text.replaceAll(SKIPPED, blanked)
  const lineOf = lineCounter(code)
  const imports = [...code.matchAll(IMPORT)].map((match): SourceStep => ({
    kind: 'load',
    name: match[2] ?? match[4] ?? '',
    line: lineOf(match.index + match[0].length),
  }))
  const body = [
    ...[...code.matchAll(REQUIRE)].map(match => ({
      kind: 'load' as const,
      name: match[2] ?? '',
      line: lineOf(match.index + match[0].length),
    })),
    ...[...code.matchAll(START)].map(match => ({
      kind: 'start' as const,
      name: (match[1] ?? '').replace(/^new\s+(?:\w+\.)?/, ''),
      line: lineOf(match.index),
    })),
  ].toSorted((a, b) => a.line - b.line)
  const marks = (Object.keys(MARKS) as Mark[]).flatMap(mark =>
    [...code.matchAll(MARKS[mark])].slice(0, 1).map(match => ({ mark, line: lineOf(match.index) })),
  )
  return { imports, body, marks }
}

function blanked(piece: string): string {
  if (piece.startsWith("'") || piece.startsWith('"')) return piece
  return piece.replaceAll(/[^\n]/g, ' ')
}

/** Gives line numbers of offsets; lines are found once. */
function lineCounter(text: string): (offset: number) => number {
  const ends = [...text.matchAll(/\n/g)].map(({ index }) => index)
  return offset => {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (ends[middle]! < offset) low = middle + 1
      else high = middle
    }
    return low + 1
  }
}
