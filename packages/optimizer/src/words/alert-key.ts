import type { Firing } from './firing.ts'

/** An alert's identity: its name and its label set. */
export function alertKey({ alert, labels }: Pick<Firing, 'alert' | 'labels'>): string {
  const known = keys.get(labels)
  if (known?.alert === alert) return known.key
  const key = keyOf(alert, labels)
  keys.set(labels, { alert, key })
  return key
}

/** One label object is asked for many times a tick. */
const keys = new WeakMap<Firing['labels'], { readonly alert: string; readonly key: string }>()

function keyOf(alert: string, labels: Firing['labels']): string {
  const pairs = Object.keys(labels)
    .toSorted()
    .map(name => `${name}=${JSON.stringify(labels[name])}`)
  return `${alert}{${pairs.join(',')}}`
}
