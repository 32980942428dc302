import type { Firing } from './firing.ts'

/** An alert's identity: its name and its label set. */
export function alertKey(alert: Identity): string {
  return keysOf(alert).key
}

/** The key of an action that answers an alert: at most one trial of it is open at a time, shadows aside. */
export function trialKeyOf(alert: Identity, action: string): string {
  const { key, ofActions } = keysOf(alert)
  let ofAction = ofActions.get(action)
  if (ofAction === undefined) ofActions.set(action, (ofAction = trialKey({ alertKey: key, action })))
  return ofAction
}

/** The same key, made of the alert's key. */
export function trialKey({ alertKey: key, action }: { readonly alertKey: string; readonly action: string }): string {
  return `${key} ${action}`
}

type Identity = Pick<Firing, 'alert' | 'labels'>

interface Keys {
  readonly alert: string
  readonly key: string
  readonly ofActions: Map<string, string>
}

/** Read many times per tick for each alert; its label object stays the same as long as it fires. */
const known = new WeakMap<Firing['labels'], Keys>()

function keysOf({ alert, labels }: Identity): Keys {
  let keys = known.get(labels)
  if (keys?.alert !== alert) known.set(labels, (keys = { alert, key: keyOf(alert, labels), ofActions: new Map() }))
  return keys
}

function keyOf(alert: string, labels: Firing['labels']): string {
  const pairs = Object.keys(labels)
    .toSorted()
    .map(name => `${name}=${JSON.stringify(labels[name])}`)
  return `${alert}{${pairs.join(',')}}`
}
