const NAME = /^[a-zA-Z_:][\w:]*$/
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y
const VALUE = /^(?:[+-]?Inf|NaN|[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/

/**
 * What a strict reader of Prometheus's text format finds wrong: a second HELP or TYPE line of a name, samples of one name that do not
 * stand together, a series that is there twice, a label twice, lines that are not part of the format.
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export function expositionProblems(text: string): string[] {
  const problems: string[] = []
  const described = { HELP: new Set<string>(), TYPE: new Set<string>() }
  const histograms = new Set<string>()
  const series = new Set<string>()
  const closed = new Set<string>()
  let family = ''
  const enter = (next: string): void => {
    if (next === family) return
    if (closed.has(next)) problems.push(`${next}: not in one place`)
    closed.add(family)
    family = next
  }
  for (const line of text.split('\n')) {
    const [, keyword = '', name = '', rest = ''] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? []
    if (keyword === 'HELP' || keyword === 'TYPE') {
      if (!NAME.test(name)) problems.push(`${name}: not a name`)
      if (described[keyword].has(name)) problems.push(`${name}: second ${keyword} line`)
      described[keyword].add(name)
      if (rest === 'histogram') histograms.add(name)
      enter(name)
    } else if (line !== '' && !line.startsWith('#')) {
      const [, metric = '', labels = '', value = ''] = SAMPLE.exec(line) ?? []
      if (metric === '' || !VALUE.test(value)) {
        problems.push(`not a sample: ${line}`)
        continue
      }
      const base = metric.replace(/_(?:bucket|sum|count)$/, '')
      enter(histograms.has(base) ? base : metric)
      const pairs = labelsOf(labels)
      if (pairs === undefined) problems.push(`${metric}: unreadable labels {${labels}}`)
      else if (new Set(pairs.map(([label]) => label)).size < pairs.length) problems.push(`${metric}: a label twice`)
      const key = `${metric}${JSON.stringify(pairs?.toSorted())}`
      if (series.has(key)) problems.push(`${metric}: series twice`)
      series.add(key)
    }
  }
  return problems
}

function labelsOf(text: string): [label: string, value: string][] | undefined {
  const labels: [string, string][] = []
  for (LABEL.lastIndex = 0; LABEL.lastIndex < text.length;) {
    const match = LABEL.exec(text)
    if (match === null) return undefined
    labels.push([match[1] ?? '', match[2] ?? ''])
  }
  return labels
}
