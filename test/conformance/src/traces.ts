import { channel } from 'node:diagnostics_channel'
import { Module } from 'node:module'

/** Where an instrumentation can leave something of itself behind. */
export interface Traces {
  readonly listeners: Readonly<Record<string, number>>
  readonly subscribed: readonly string[]
  readonly patched: readonly unknown[]
  readonly requires: readonly unknown[]
}

/** The present state of those places, to be compared before and after. */
export function tracesNow(channels: readonly string[], patched: () => readonly unknown[]): Traces {
  const listeners = process.eventNames().map(event => [String(event), process.listenerCount(event)] as const)
  return {
    listeners: Object.fromEntries(listeners),
    subscribed: channels.filter(name => channel(name).hasSubscribers),
    patched: [...patched()],
    requires: [Reflect.get(Module.prototype, 'require'), Reflect.get(process, 'getBuiltinModule')],
  }
}
