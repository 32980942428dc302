import { type Registry, sleep } from '@homeostat/signals'
import { EdgeClient, type EdgeReply, type PinnedEdge } from './edge-client.ts'
import { watchOrigin } from './origin-traffic.ts'
import { OriginPressure } from './origin-pressure.ts'
import { PopularContent, type PopularUrl } from './popular-content.ts'
import { rangesOf } from './public-address.ts'
import type { ArmSeries, WarmingResult, WarmingSeries } from './warming-series.ts'
import { warmingArm, warmingSeries } from './warming-series.ts'
import {
  DEFAULT_CONCURRENCY,
  DEFAULT_REQUESTS_PER_SECOND,
  DEFAULT_URLS,
  edgeOf,
  type WarmingOptions,
} from './warming-options.ts'

type Arm = 'act' | 'control'
/** Which half of the URLs one belongs to now. */
export type UrlArms = (path: string) => Arm

/** How many URLs are counted for each one that is warmed: the less popular ones are counted badly. */
const COUNTED_FOR_ONE = 10

/** What one pass over the popular URLs did. */
export interface WarmingPass {
  readonly results: Readonly<Record<WarmingResult, number>>
  /** URLs that were left alone, to be compared with the others. */
  readonly heldOut: number
  /** Why it ended before its last URL; undefined when it did not. */
  readonly stopped: string | undefined
}

/** The parts that exist while the instrumentation is on. */
interface Active {
  readonly registry: Registry
  readonly series: WarmingSeries
  arms: { readonly act: ArmSeries; readonly control: ArmSeries; readonly of: UrlArms } | undefined
}

/**
 * Knows which content of this origin is popular, and requests it through the edge, so that the edge has it when clients come. Bounded in
 * rate, number and concurrency, and stopped by a pass as soon as the origin or the edge shows pressure.
 */
export class EdgeWarmer {
  readonly #popular: PopularContent
  readonly #client: EdgeClient | undefined
  readonly #urls: number
  readonly #betweenMs: number
  readonly #concurrency: number
  #active: Active | undefined

  constructor({
    edge,
    addresses = [],
    urls = DEFAULT_URLS,
    requestsPerSecond = DEFAULT_REQUESTS_PER_SECOND,
    concurrency = DEFAULT_CONCURRENCY,
  }: WarmingOptions = {}) {
    const url = edge === undefined ? undefined : edgeOf(edge)
    this.#client = url && new EdgeClient({ edge: url, addresses: rangesOf(addresses) })
    this.#urls = urls
    this.#betweenMs = 1000 / requestsPerSecond
    this.#concurrency = concurrency
    this.#popular = new PopularContent(urls * COUNTED_FOR_ONE)
  }

  /** Counts the content that clients ask for, until what it returns is disposed of. Without an edge nothing is counted. */
  activate(registry: Registry): Disposable {
    if (this.#client === undefined) return { [Symbol.dispose]: () => {} }
    const active: Active = { registry, series: warmingSeries(registry), arms: undefined }
    this.#active = active
    const watching = watchOrigin(this.#popular, path => count(active, path), registry.faults)
    return {
      [Symbol.dispose]: () => {
        watching[Symbol.dispose]()
        this.divide(undefined)
        this.#popular.clear()
        this.#active = undefined
      },
    }
  }

  /** Why nothing could be warmed now; undefined when something could. */
  get unready(): string | undefined {
    if (this.#client === undefined) return 'no edge is configured: set the option http.warming.edge to its origin'
    if (this.#active === undefined) return 'HttpInstrumentation is disabled'
    return this.popular().length > 0 ? undefined : 'no content that a shared cache may keep has been popular so far'
  }

  /** The URLs that would be warmed, the most popular ones first. */
  popular(): readonly PopularUrl[] {
    return this.#popular.top(this.#urls)
  }

  /** From now on the requests for both halves of the popular URLs are counted apart; undefined: no longer. */
  divide(of: UrlArms | undefined): void {
    const active = this.#active
    if (active === undefined) return
    if (of !== undefined) {
      const { registry } = active
      active.arms = { act: warmingArm(registry, 'act'), control: warmingArm(registry, 'control'), of }
      return
    }
    for (const { misses, urls } of active.arms ? [active.arms.act, active.arms.control] : []) {
      misses.remove()
      urls.remove()
    }
    active.arms = undefined
  }

  /**
   * Requests the popular URLs once, except those of the half that is left alone.
   *
   * @throws EdgeAddressError - the edge has an address that it must not have
   */
  async pass(signal: AbortSignal, of?: UrlArms): Promise<WarmingPass> {
    const client = this.#client!
    const urls = this.popular()
    const wanted = of === undefined ? urls : urls.filter(({ path }) => of(path) === 'act')
    const results: Record<WarmingResult, number> = { warmed: 0, kept: 0, bypassed: 0, unknown: 0, failed: 0 }
    const pressure = new OriginPressure()
    using pin = await client.pin(this.#concurrency)
    const waiting = [...wanted]
    let nextAt = performance.now()
    const work = async (): Promise<void> => {
      for (;;) {
        const at = Math.max(nextAt, performance.now())
        nextAt = at + this.#betweenMs
        if (waiting.length === 0) return
        await sleep(at - performance.now(), { signal })
        if (signal.aborted || pressure.isFelt()) return
        const url = waiting.shift()
        if (url === undefined) return
        const result = await this.#request(client, pin, url, pressure, signal)
        results[result]++
        this.#active?.series.requests[result].add()
      }
    }
    await Promise.all(Array.from({ length: this.#concurrency }, () => work().catch(() => {})))
    this.#countUrls(urls.length, wanted.length, results)
    const stopped = waiting.length === 0 ? undefined : (pressure.reason ?? 'it was aborted')
    return { results, heldOut: urls.length - wanted.length, stopped }
  }

  async #request(
    client: EdgeClient,
    pin: PinnedEdge,
    { path, acceptEncoding }: PopularUrl,
    pressure: OriginPressure,
    signal: AbortSignal,
  ): Promise<WarmingResult> {
    let reply: EdgeReply | undefined
    try {
      reply = await client.get(pin, path, acceptEncoding, signal)
    } catch {
      // What failed is counted; the error may name the URL.
    }
    pressure.add(reply)
    if (reply === undefined || reply.status !== 200) return 'failed'
    switch (reply.said) {
      case 'hit':
        return 'kept'
      case 'miss':
        return 'warmed'
      case 'bypass':
        return 'bypassed'
      case 'unknown':
        return 'unknown'
    }
  }

  /** Where the edge does not say whether it has something, both halves have no values, so that there is no verdict. */
  #countUrls(all: number, acted: number, { warmed, kept, bypassed, unknown }: WarmingPass['results']): void {
    const arms = this.#active?.arms
    if (arms === undefined) return
    if (unknown > warmed + kept + bypassed) {
      arms.act.urls.clear()
      arms.control.urls.clear()
      return
    }
    arms.act.urls.set(acted)
    arms.control.urls.set(all - acted)
  }
}

function count({ series, arms }: Active, path: string): void {
  series.misses.add()
  if (arms !== undefined) arms[arms.of(path) === 'act' ? 'act' : 'control'].misses.add()
}
