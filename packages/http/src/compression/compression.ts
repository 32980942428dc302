import { type Faults, type Registry, logFirst } from '@homeostat/signals'
import { metrics } from '@homeostat/semconv'
import { IDENTITY, type Coding } from './coding.ts'
import type { CompressionOptions } from './compression-options.ts'
import type { BodySeries } from './compression-series.ts'
import { armSeries, bodySeries, count, end } from './compression-series.ts'
import { DEFAULT_STEP, LAST_STEP, levelOptions, type LevelOptions, OFF } from './compression-steps.ts'
import { ExcludedRoutes } from './excluded-routes.ts'
import type { RouteClass } from './route-classes.ts'
import { RouteClasses } from './route-classes.ts'
import { StepProbe } from './step-probe.ts'

/** Which half of the requests one belongs to. */
type Arm = 'act' | 'control'
type Arms = (unit: string) => Arm

/** At which step one body is sent. */
export interface Draw {
  readonly step: number
  readonly arm: Arm | undefined
}

/** How one body is compressed, and where that is counted. Made once for each class, coding, step and half. */
export interface BodyPlan {
  readonly routeClass: RouteClass
  /** Undefined for a body that is sent as it is. */
  readonly coding: Coding | undefined
  readonly step: number
  /** For `node:zlib`. */
  readonly options: LevelOptions
  /** Counts the body when it has been sent. */
  record(plainBytes: number, sentBytes: number, seconds: number): void
}

/** The series of one registry, from its attachment on. */
interface Counting {
  readonly registry: Registry
  readonly routes: Map<string, BodySeries>
  arms: { readonly act: BodySeries; readonly control: BodySeries } | undefined
}

const reportFault = logFirst('the measurement of compression levels')

/**
 * The levels at which this process compresses, and what that does to its bodies. One value, the step, sets the levels of all codings
 * and classes of routes; `StepMeasurements` says which of them pay for which class. Every adapter asks it for each body, so
 * that a change holds from the next body on and touches none that was begun.
 */
export class Compression {
  /** What is never compressed, for every adapter to ask. */
  readonly excluded: ExcludedRoutes = new ExcludedRoutes()
  readonly #classes = new RouteClasses()
  readonly #plans = new Map<RouteClass, Map<string, BodyPlan>>()
  readonly #probe: StepProbe
  #divided: { readonly arms: Arms; readonly act: Draw; readonly control: Draw } | undefined
  #all: Draw = { step: DEFAULT_STEP, arm: undefined }
  #units = 0
  #counting: Counting | undefined
  #adapters = 0
  #faults: Faults | undefined

  constructor() {
    this.#probe = new StepProbe(error => (this.#faults ? this.#faults.report('signal', error) : reportFault(error)))
  }

  /** The step in force. */
  get step(): number {
    return this.#all.step
  }

  /** Whether an adapter is in use. */
  get isUsed(): boolean {
    return this.#adapters > 0
  }

  /** The classes of routes seen so far. */
  get classes(): Iterable<RouteClass> {
    return this.#classes.all()
  }

  /** Called by each adapter that asks for plans. */
  register(): void {
    this.#adapters++
  }

  /** @throws RangeError - it is not a step */
  set(step: number): void {
    if (!Number.isInteger(step) || step < OFF || step > LAST_STEP)
      throw new RangeError(`${step} is not a step of compression; steps are whole numbers from ${OFF} to ${LAST_STEP}`)
    this.#all = { step, arm: undefined }
    if (this.#divided === undefined) return
    if (this.#divided.control.step === step) this.divide(undefined)
    else this.#divided = { ...this.#divided, act: { step, arm: 'act' } }
  }

  /**
   * While requests are divided, those of the arm `control` keep their step, and both halves are counted apart.
   *
   * @param arms - which half a unit belongs to; undefined: all requests are alike again
   * @param control - the step of the half that is left alone
   */
  divide(arms: Arms | undefined, control: number = this.step): void {
    this.#divided = arms && { arms, act: { step: this.step, arm: 'act' }, control: { step: control, arm: 'control' } }
    this.#plans.clear()
    const counting = this.#counting
    if (arms !== undefined || counting?.arms === undefined) return
    const { act, control: other } = counting.arms
    counting.arms = undefined
    end(act)
    end(other)
  }

  /** Counts in a registry, and measures the steps, until what this returns is disposed of. */
  attach(registry: Registry, { exclude = [], measure = true }: CompressionOptions = {}): Disposable {
    const counting: Counting = { registry, routes: new Map(), arms: undefined }
    this.#counting = counting
    this.#faults = registry.faults
    this.#plans.clear()
    this.excluded.add(exclude)
    if (measure) this.#probe.start()
    const step = registry.level(metrics.httpCompressionStep).with()
    const observing = registry.observe(() => step.set(this.step))
    return {
      [Symbol.dispose]: () => {
        observing[Symbol.dispose]()
        // A later registry has taken over.
        if (this.#counting !== counting) return
        this.divide(undefined)
        this.set(DEFAULT_STEP)
        this.#counting = undefined
        this.#faults = undefined
        this.#plans.clear()
        this.#probe.stop()
      },
    }
  }

  /** The step at which the next body is sent, and its half of the requests while a trial divides them. */
  draw(): Draw {
    const divided = this.#divided
    if (divided === undefined) return this.#all
    this.#units = (this.#units + 1) % Number.MAX_SAFE_INTEGER
    return divided.arms(String(this.#units)) === 'act' ? divided.act : divided.control
  }

  /**
   * How a body is to be sent.
   *
   * @param route - the template of its route
   * @param coding - the best one that the client accepts; undefined: none, or this body is never compressed
   * @param draw - of this body, where it was drawn before. @default drawn now
   * @param type - the content type, by which levels are measured where the route is not known
   */
  plan(route: string | undefined, coding: Coding | undefined, draw?: Draw, type?: string): BodyPlan {
    return this.planOf(this.#classes.of(route, type), coding, draw)
  }

  /** {@link plan} for a class that is known. */
  planOf(routeClass: RouteClass, coding: Coding | undefined, draw?: Draw): BodyPlan {
    if (coding === undefined) return this.#planOf(routeClass, undefined, OFF, undefined)
    const { step, arm } = draw ?? this.draw()
    if (step === OFF) return this.#planOf(routeClass, undefined, OFF, arm)
    return this.#planOf(routeClass, coding, routeClass.measurements.stepWithin(coding, step), arm)
  }

  /** Measures the steps on a body that has been sent, where that is due. Nobody may change the body any more. */
  offer({ routeClass, coding }: BodyPlan, body: Buffer): void {
    if (coding !== undefined && this.#probe.wants(routeClass, coding, body.length))
      void this.#probe.measure(routeClass, coding, body)
  }

  /** Whether {@link offer} would measure a body of this size: asked before a copy of it is made. */
  wants({ routeClass, coding }: BodyPlan, bytes: number): boolean {
    return coding !== undefined && this.#probe.wants(routeClass, coding, bytes)
  }

  #planOf(routeClass: RouteClass, coding: Coding | undefined, step: number, arm: Arm | undefined): BodyPlan {
    let plans = this.#plans.get(routeClass)
    if (plans === undefined) this.#plans.set(routeClass, (plans = new Map()))
    const key = KEYS[arm ?? 'all'][coding ?? IDENTITY][step]!
    const known = plans.get(key)
    if (known !== undefined) return known
    const plan: BodyPlan = {
      routeClass,
      coding,
      step,
      options: coding === undefined ? {} : levelOptions(coding, step),
      record: this.#recorder(routeClass.route, coding ?? IDENTITY, arm),
    }
    plans.set(key, plan)
    return plan
  }

  #recorder(route: string | undefined, coding: string, arm: Arm | undefined): BodyPlan['record'] {
    const counting = this.#counting
    if (counting === undefined) return () => {}
    const key = `${coding} ${route ?? ''}`
    let series = counting.routes.get(key)
    if (series === undefined) counting.routes.set(key, (series = bodySeries(counting.registry, route, coding)))
    const own = series
    if (arm === undefined) return (plain, sent, seconds) => count(own, plain, sent, seconds)
    counting.arms ??= { act: armSeries(counting.registry, 'act'), control: armSeries(counting.registry, 'control') }
    const ofArm = counting.arms[arm]
    return (plain, sent, seconds) => {
      count(own, plain, sent, seconds)
      count(ofArm, plain, sent, seconds)
    }
  }
}

/** Keys of plans, made once: one is looked up for each body. */
const KEYS = byName(['all', 'act', 'control'] as const, arm =>
  byName([...(['zstd', 'br', 'gzip'] as const), IDENTITY] as const, coding =>
    Array.from({ length: LAST_STEP + 1 }, (_, step) => `${arm} ${coding} ${step}`),
  ),
)

function byName<const Name extends string, T>(names: readonly Name[], make: (name: Name) => T): Record<Name, T> {
  return Object.fromEntries(names.map(name => [name, make(name)])) as Record<Name, T>
}

/**
 * The compression of this process. It is one for all adapters and for every way to start Homeostat, since adapters are put into the
 * application where Homeostat itself may not be known. Until Homeostat starts it compresses at the default step and counts nothing.
 */
export const processCompression: Compression = new Compression()
