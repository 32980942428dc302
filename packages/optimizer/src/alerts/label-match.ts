import { atOnce, type Steps } from '@homeostat/signals'

type Labels = Readonly<Record<string, string>>

/** Items indexed between two rests. */
const ITEMS_OF_STEP = 128

/** Label names that some items have in common. */
interface Shape<T> {
  readonly names: readonly string[]
  readonly items: T[]
  /** By the names that an alert shares with the shape, then by their values. */
  readonly byShared: Map<string, Shared<T>>
}

interface Shared<T> {
  readonly names: readonly string[]
  readonly items: ReadonlyMap<string, readonly T[]>
}

/**
 * Finds the items whose labels do not contradict an alert's labels, without a look at the others.
 *
 * Labels that only one side has do not part them: an expression may aggregate more of them away than its alert. So items are
 * indexed by the names they share with an alert. Both the index and a look-up are linear.
 */
export class LabelMatch<T> {
  readonly #labelsOf: (item: T) => Labels
  readonly #shapes: readonly Shape<T>[]
  /** For each set of label names that alerts have, where to look. */
  readonly #places = new Map<string, readonly Shared<T>[]>()
  /** An alert asks at every tick with the same labels object, and the answer stays the same as long as the items do. */
  readonly #had = new WeakMap<Labels, boolean>()

  private constructor(shapes: readonly Shape<T>[], labelsOf: (item: T) => Labels) {
    this.#shapes = shapes
    this.#labelsOf = labelsOf
  }

  static *over<T>(items: readonly T[], labelsOf: (item: T) => Labels): Steps<LabelMatch<T>> {
    const shapes = new Map<string, Shape<T>>()
    for (const [index, item] of items.entries()) {
      const names = Object.keys(labelsOf(item)).toSorted()
      const key = joined(names)
      const shape = shapes.get(key)
      if (shape) shape.items.push(item)
      else shapes.set(key, { names, items: [item], byShared: new Map() })
      if (index % ITEMS_OF_STEP === ITEMS_OF_STEP - 1) yield
    }
    return new LabelMatch([...shapes.values()], labelsOf)
  }

  /** Whether any item is left over by these labels. */
  has(labels: Labels): boolean {
    let had = this.#had.get(labels)
    if (had === undefined) {
      had = this.#placesFor(labels).some(({ names, items }) => items.has(keyOf(names, labels)))
      this.#had.set(labels, had)
    }
    return had
  }

  /** The items that are left over by these labels. */
  of(labels: Labels): readonly T[] {
    return this.#placesFor(labels).flatMap(({ names, items }) => items.get(keyOf(names, labels)) ?? [])
  }

  /** Indexes the items for alerts with these label names, which the first look-up would do at once. */
  *prepare(labels: Labels): Steps<readonly Shared<T>[]> {
    const key = joined(Object.keys(labels))
    const known = this.#places.get(key)
    if (known) return known
    const places: Shared<T>[] = []
    for (const shape of this.#shapes) places.push(yield* this.#shared(shape, labels))
    this.#places.set(key, places)
    return places
  }

  #placesFor(labels: Labels): readonly Shared<T>[] {
    return this.#places.get(joined(Object.keys(labels))) ?? atOnce(this.prepare(labels))
  }

  *#shared(shape: Shape<T>, labels: Labels): Steps<Shared<T>> {
    const names = shape.names.filter(name => labels[name] !== undefined)
    const key = joined(names)
    const known = shape.byShared.get(key)
    if (known) return known
    const items = new Map<string, T[]>()
    for (const [index, item] of shape.items.entries()) {
      if (index % ITEMS_OF_STEP === ITEMS_OF_STEP - 1) yield
      const values = keyOf(names, this.#labelsOf(item))
      const alike = items.get(values)
      if (alike) alike.push(item)
      else items.set(values, [item])
    }
    const shared = { names, items }
    shape.byShared.set(key, shared)
    return shared
  }
}

function keyOf(names: readonly string[], labels: Labels): string {
  if (names.length === 1) return labels[names[0]!] ?? ''
  return joined(names.map(name => labels[name] ?? ''))
}

/** Lengths keep apart what no separator could. */
function joined(texts: readonly string[]): string {
  let key = ''
  for (const text of texts) key += `${text.length}:${text}`
  return key
}
