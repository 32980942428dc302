import type { Optimizer } from '@homeostat/optimizer'
import type { Faults } from '@homeostat/signals'
import type { HomeostatInstrumentation } from '../engine-instrumentation.ts'
import type { HomeostatOptions } from '../../options/options.ts'
import type { AttachTarget } from './attach.ts'
import { attachReader } from './attach.ts'
import { withExposition } from '../exposition.ts'
import type { ServiceName } from '../service-name.ts'
import { tidyTextReaders } from './text-readers.ts'

/** The readers and providers of the application that Homeostat has changed. Disposing of it restores them. */
export class Attachments implements Disposable {
  /** The readers that serve this Homeostat. */
  readonly readers: Set<object> = new Set()
  readonly #attached = new Map<object, Disposable>()
  readonly #target: AttachTarget
  readonly #faults: Faults
  readonly #held: Disposable[] = []

  constructor(target: AttachTarget, faults: Faults) {
    this.#target = target
    this.#faults = faults
  }

  /**
   * Whether the reader serves this Homeostat now; it may serve another one already.
   *
   * @throws NotAReaderError when it is given anything but a metric reader
   */
  attach(reader: object): boolean {
    if (this.readers.has(reader)) return true
    const attached = attachReader(reader, this.#target)
    if (attached === undefined) return false
    this.#attached.set(reader, attached)
    this.readers.add(reader)
    return true
  }

  /** Gives a reader its own `collect` back. */
  detach(reader: object): void {
    const attached = this.#attached.get(reader)
    this.#attached.delete(reader)
    this.readers.delete(reader)
    this.#faults.contain('telemetry', () => attached?.[Symbol.dispose]())
  }

  /** Lets the registries be exported on either path again: the provider that they were exported through is replaced. */
  release(): void {
    for (const registry of this.#target.registries) this.#faults.contain('telemetry', () => registry.release())
  }

  /** Ends what exported the registries before a provider was there. */
  takeOver(): void {
    if (this.#target.takeOver() && this.readers.size === 0) this.release()
  }

  /** Exports the registries on no path: the readers of another Homeostat export the same signals already. */
  withhold(): void {
    for (const registry of this.#target.registries) this.#faults.contain('telemetry', () => registry.producer())
  }

  /** A Prometheus text of the application with our metrics after it. */
  exposition(given: unknown): string {
    const text = typeof given === 'string' ? given : ''
    const scopes = this.#target.registries.map(registry => registry.collect())
    return scopes.length > 0 ? withExposition(text, scopes, scopes[0]!.scope) : text
  }

  /** Keeps the Prometheus texts of a provider valid when its readers are not attached. */
  tidy(provider: unknown): void {
    const [engine, ...others] = this.#target.registries
    if (typeof provider !== 'object' || provider === null || engine === undefined) return
    const scopes = [engine.scope, ...others.map(({ scope }) => scope)] as const
    this.#faults.contain('telemetry', () =>
      this.hold(tidyTextReaders(provider, scopes, error => this.#target.onError(error))),
    )
  }

  /** Disposes of something else together with these. */
  hold(...held: Disposable[]): void {
    this.#held.push(...held)
  }

  [Symbol.dispose](): void {
    for (const reader of this.readers) this.detach(reader)
    for (const held of this.#held.splice(0)) this.#faults.contain('telemetry', () => held[Symbol.dispose]())
  }
}

/** The parts of Homeostat that the attachments use; the loop and the reporter are made later. */
export interface AttachmentsContext {
  readonly instrumentations: readonly HomeostatInstrumentation[]
  readonly options: Pick<HomeostatOptions, 'exportDoubles'>
  readonly service: ServiceName
  readonly faults: Faults
  readonly optimizer: () => Pick<Optimizer, 'offer'>
  readonly onDoubled: AttachTarget['onDoubled']
  readonly takeOver: AttachTarget['takeOver']
}

/** The attachments of one Homeostat, at first without a reader. */
export function attachmentsFor(context: AttachmentsContext): Attachments {
  const { instrumentations, options, service, faults, optimizer, onDoubled, takeOver } = context
  const target: AttachTarget = {
    registries: instrumentations.map(({ registry }) => registry),
    offer: (source, scopes, provider) => optimizer().offer(source, scopes, provider),
    onResource: resource => service.offer(resource),
    onDoubled,
    takeOver,
    exportsDoubles: options.exportDoubles ?? true,
    onError: error => faults.report('telemetry', error),
  }
  return new Attachments(target, faults)
}
