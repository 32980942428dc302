import { AXES, canBe, type Axis, type AxisValue, type Combination } from './axes.ts'

const NAMES = Object.keys(AXES) as Axis[]

/** How much is covered: every pair of values, or every value. */
export type Coverage = 'pairs' | 'values'

/**
 * Few combinations in which every pair of two axes' values, or only every value, is at least once. The same each time: each one takes
 * a target that is still missing and then, axis by axis, the value that covers most.
 */
export function combinationsOf(coverage: Coverage): Combination[] {
  const missing = new Set(
    coverage === 'pairs'
      ? possiblePairs()
      : NAMES.flatMap(axis => AXES[axis].map(value => keyOf([[axis, value.name]]))),
  )
  const found: Combination[] = []
  while (missing.size > 0) {
    const [target] = missing
    const combination = complete(JSON.parse(target!) as [Axis, string][], missing, found.length)
    for (const key of keysIn(combination)) missing.delete(key)
    // A target that cannot be must not be looked for for ever.
    missing.delete(target!)
    found.push(combination)
  }
  return found
}

/** The pairs and the single values of a combination. */
export function keysIn(combination: Combination): string[] {
  const entries = NAMES.map(axis => [axis, combination[axis].name] as const)
  const pairs = entries.flatMap((first, index) => entries.slice(index + 1).map(second => keyOf([first, second])))
  return [...entries.map(entry => keyOf([entry])), ...pairs]
}

function possiblePairs(): string[] {
  return NAMES.flatMap((first, index) =>
    NAMES.slice(index + 1).flatMap(second =>
      (AXES[first] as readonly AxisValue[]).flatMap(one =>
        (AXES[second] as readonly AxisValue[])
          .filter(other => canBe({ [first]: one, [second]: other }))
          .map(other =>
            keyOf([
              [first, one.name],
              [second, other.name],
            ]),
          ),
      ),
    ),
  )
}

function complete(target: readonly [Axis, string][], missing: ReadonlySet<string>, turn: number): Combination {
  const chosen: Partial<Record<Axis, AxisValue>> = {}
  for (const [axis, name] of target)
    chosen[axis] = (AXES[axis] as readonly AxisValue[]).find(value => value.name === name)!
  for (const axis of NAMES) {
    if (chosen[axis]) continue
    const possible = (AXES[axis] as readonly AxisValue[]).filter(value =>
      canBe({ ...chosen, [axis]: value } as Partial<Combination>),
    )
    const covered = (value: AxisValue): number =>
      (Object.entries(chosen) as [Axis, AxisValue][]).filter(([other, { name }]) =>
        missing.has(
          NAMES.indexOf(other) < NAMES.indexOf(axis)
            ? keyOf([
                [other, name],
                [axis, value.name],
              ])
            : keyOf([
                [axis, value.name],
                [other, name],
              ]),
        ),
      ).length + (missing.has(keyOf([[axis, value.name]])) ? 1 : 0)
    const most = Math.max(...possible.map(covered))
    const best = possible.filter(value => covered(value) === most)
    // Not always the first: what is covered already is worth another company.
    chosen[axis] = best[turn % best.length]!
  }
  return chosen as Combination
}

function keyOf(entries: readonly (readonly [Axis, string])[]): string {
  return JSON.stringify(entries)
}
