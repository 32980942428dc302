import type { Firing } from './firing.ts'

/** An alert's identity: its name and its label set. */
export function alertKey({ alert, labels }: Pick<Firing, 'alert' | 'labels'>): string {
  const pairs = Object.keys(labels)
    .toSorted()
    .map(name => `${name}=${JSON.stringify(labels[name])}`)
  return `${alert}{${pairs.join(',')}}`
}
