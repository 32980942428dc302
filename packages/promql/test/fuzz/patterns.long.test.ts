import { startPrometheus, type Prometheus } from '@homeostat/services'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compileRegexp, type Pattern } from '../../src/regexp/pattern.ts'
import { expandReplacement } from '../../src/regexp/replacement.ts'
import { anyPattern, anyReplacement, anyText, brokenPattern } from './patterns.ts'

// `npm run fuzz` asks for 100,000.
const RUNS = Number(process.env['PROMQL_FUZZ_RUNS'] ?? 300)
const SEED = Number(process.env['PROMQL_FUZZ_SEED'] ?? 1)
const TEXTS_PER_GROUP = 8
/** Requests at a time. */
const AT_ONCE = 16
const texts = [...new Set(fc.sample(anyText, { numRuns: 400, seed: 7 }))]

let prometheus: Prometheus | undefined

beforeAll(async () => {
  const lines = texts.map(
    (text, i) => `text{g="${Math.floor(i / TEXTS_PER_GROUP)}",i="${i}",s=${quoted(text)}} 1 1767225600`,
  )
  prometheus = await startPrometheus({ history: `# TYPE text gauge\n${lines.join('\n')}\n# EOF\n` })
})

afterAll(async () => prometheus?.[Symbol.asyncDispose]())

/** A text as OpenMetrics and PromQL write it. */
function quoted(text: string): string {
  return `"${text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)}"`
}

interface Answer {
  readonly data?: { readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[] }
  readonly error?: string
}

async function ask(query: string): Promise<Answer> {
  const body = new URLSearchParams({ query, time: '1767225600' })
  const response = await fetch(`${prometheus?.address}/api/v1/query`, { method: 'POST', body })
  return (await response.json()) as Answer
}

/** Each text of a group with the label that `label_replace` gives it, or the words of the error. */
async function theirs(
  pattern: string,
  replacement: string,
  group: number,
): Promise<ReadonlyMap<string, string> | string> {
  // Before Prometheus 3 `.` did not match line feeds, and a pattern was anchored as `^(?:…)$`.
  const replaced = `label_replace(text{g="${group}"}, "d", ${quoted(replacement)}, "s", ${quoted(`(?s:${pattern})`)})`
  const { error, data } = await ask(`${replaced} unless text{i="none", s=~${quoted(pattern)}}`)
  if (error !== undefined) return error.replace(/^.*?parse error: /s, '').replace('^(?:', '^(?s:')
  return new Map(data?.result.map(({ metric }) => [metric['s'] ?? '', metric['d'] ?? '']))
}

function ours(source: string, replacement: string, group: number): ReadonlyMap<string, string> | string {
  let pattern: Pattern
  try {
    pattern = compileRegexp(source)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  const from = group * TEXTS_PER_GROUP
  return new Map(
    texts.slice(from, from + TEXTS_PER_GROUP).map(text => {
      const match = pattern.match(text)
      expect(pattern.test(text)).toBe(match !== undefined)
      return [text, match === undefined ? '' : expandReplacement(replacement, match, pattern.groupNames)]
    }),
  )
}

const anyCase = fc
  .tuple(
    fc.oneof({ weight: 3, arbitrary: anyPattern }, { weight: 1, arbitrary: brokenPattern }),
    anyReplacement.map(replacement => `<${replacement}>`),
    fc.nat(Math.floor(texts.length / TEXTS_PER_GROUP) - 1),
  )
  // Go has `(?<name>)` since 1.22, and Prometheus parses a pattern by itself since 2.50: quoted text may lack its end.
  .filter(([pattern]) => !/\(\?<|\\Q(?![^]*\\E)/.test(pattern))

test(
  `${RUNS} patterns match, take groups and are refused as in a real Prometheus`,
  { timeout: 60_000 + RUNS * 40 },
  async () => {
    const differences: string[] = []
    let compared = 0
    let refused = 0
    const compare = async ([pattern, replacement, group]: [string, string, number]): Promise<void> => {
      const [mine, expected] = [ours(pattern, replacement, group), await theirs(pattern, replacement, group)]
      if (typeof mine === 'string' || typeof expected === 'string') {
        refused += 1
        if (mine !== expected)
          differences.push(`${JSON.stringify(pattern)}: ${shown(mine)} instead of ${shown(expected)}`)
        return
      }
      compared += expected.size
      for (const [text, label] of expected) {
        if (mine.get(text) !== label)
          differences.push(`${JSON.stringify([pattern, text, replacement])}: ${mine.get(text)} instead of ${label}`)
      }
    }
    const cases = fc.sample(anyCase, { numRuns: RUNS, seed: SEED })
    for (let i = 0; i < cases.length; i += AT_ONCE) await Promise.all(cases.slice(i, i + AT_ONCE).map(compare))
    console.log(`${RUNS} patterns, ${refused} refused, ${compared} texts compared: ${differences.length} differences`)
    expect(compared).toBeGreaterThan(RUNS)
    expect(differences.slice(0, 40)).toEqual([])
  },
)

function shown(result: ReadonlyMap<string, string> | string): string {
  return typeof result === 'string' ? result : 'a pattern'
}
