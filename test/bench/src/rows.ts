import type { Bench } from './benches.ts'
import type { Measurement } from './measurement.ts'
import type { Round } from './run-variants.ts'
import type { Spread } from './statistics.ts'
import { excludesZero, median, medianInterval, pairedDifferences, spread } from './statistics.ts'

/** One variant on one path, as `--json` prints it. */
export interface Row {
  readonly bench: string
  readonly path: string
  readonly variant: string
  /** CPU nanoseconds an operation takes: the median of the rounds. */
  readonly nsPerOp: number
  /** What the variant adds to bare, in nanoseconds: the range of the paired differences. */
  readonly addedNs: Spread
  /** The median of nsPerOp divided by that of bare. */
  readonly ratioToBare: number
  /** The median added divided by the peer's median added; null when the peer added nothing. */
  readonly ratioToPeer: { readonly name: string; readonly value: number | null }
  /** Whether the range of the paired differences excludes zero. */
  readonly resolved: boolean
  /** Bytes of heap an operation takes, where that is measured. */
  readonly bytesPerOp?: number
}

export function rowsOf(bench: Bench, paths: readonly string[], rounds: readonly Round[]): Row[] {
  return paths.flatMap(path => rowsOfPath(bench, path, rounds))
}

function rowsOfPath(bench: Bench, path: string, rounds: readonly Round[]): Row[] {
  const measured = (variant: string): Measurement[] => rounds.map(round => find(round, variant, path))
  const nanoseconds = (variant: string): number[] => measured(variant).map(({ nsPerOperation }) => nsPerOperation)
  const baseline = nanoseconds(bench.variants[0]!.name)
  const peerAdded = median(pairedDifferences(nanoseconds(bench.peer.variant), baseline))

  return bench.variants.map(({ name: variant }): Row => {
    const own = nanoseconds(variant)
    const differences = pairedDifferences(own, baseline)
    // Every pair of a run in turns differs by what the machine did; their median is known far better.
    const added = bench.takesTurns ? medianInterval(differences) : spread(differences)
    const bytes = measured(variant).flatMap(({ bytesPerOperation }) => bytesPerOperation ?? [])
    return {
      bench: bench.name,
      path,
      variant,
      nsPerOp: round(median(own), 2),
      addedNs: [round(added[0], 2), round(added[1], 2), round(added[2], 2)],
      ratioToBare: round(median(own) / median(baseline), 4),
      ratioToPeer: { name: bench.peer.name, value: peerAdded > 0 ? round(added[1] / peerAdded, 5) : null },
      resolved: excludesZero(added),
      ...(bytes.length > 0 ? { bytesPerOp: round(median(bytes), 2) } : undefined),
    }
  })
}

function find(round: Round, variant: string, path: string): Measurement {
  const measurement = round.get(variant)?.find(candidate => candidate.path === path)
  if (measurement === undefined) throw new Error(`${variant} was not measured on ${path}`)
  return measurement
}

function round(value: number, digits: number): number {
  // Adding zero turns -0 into 0.
  return Number(value.toFixed(digits)) + 0
}
