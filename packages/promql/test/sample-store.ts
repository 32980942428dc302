import { compile, createStore, type Store, type StoreOptions, type Value } from '../src/index.ts'

/** Samples of one series: `[time in seconds, value]`. */
export type Points = readonly (readonly [seconds: number, value: number])[]

/** A store that keeps everything, filled with Prometheus-style series. */
export function storeWith(series: Readonly<Record<string, Points>>, options: StoreOptions = {}): Store {
  const store = createStore({ keep: 'all', ...options })
  for (const [text, points] of Object.entries(series)) {
    const [, name = '', body = ''] = /^([^{]*)(?:\{(.*)\})?$/.exec(text) ?? []
    const labels = Object.fromEntries([...body.matchAll(/([\w.]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]))
    const handle = store.series({ name, labels })
    for (const [seconds, value] of points) handle.append(seconds * 1000, value)
  }
  return store
}

/** A result as text: `{a="1"} 5`, sorted, or the scalar. */
export function shown(value: Value): string[] {
  if (value.type === 'scalar' || value.type === 'string') return [String(value.value)]
  if (value.type === 'matrix')
    return value.series
      .map(each => `${each.labels.toString()} ${each.samples.map(sample => sample.value).join(' ')}`)
      .toSorted()
  return value.samples.map(sample => `${sample.labels.toString()} ${sample.value}`).toSorted()
}

export function query(store: Store, expr: string, seconds: number): string[] {
  return shown(compile(expr).evaluate(store, seconds * 1000))
}
