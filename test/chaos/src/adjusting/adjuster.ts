import { Knobs, knobAction, type Firing, type Knob } from '@homeostat/optimizer'
import { createRandom } from '@homeostat/lab/scenarios'
import { placesAt, type Addresses } from './places.ts'

/** The program's only argument. */
export interface AdjusterOrder extends Addresses {
  /** What it sets, and what it looks after for others. */
  readonly targets: readonly string[]
  readonly others: readonly string[]
  readonly leaseMs: number
  /** The longest that a change is kept before it is undone. */
  readonly holdMs: number
  readonly seed: number
}

/** What the program says: what it found is restored; its first change is made; then, asked to stop, that all is undone. */
export type AdjusterMessage = 'restored' | 'begun' | 'stopped'

/**
 * A process that sets knobs without end, keeps each change for a moment and undoes it, or forgets it and leaves that to the lease.
 * It begins at the message `go`, ends at the message `stop`, and is meant to be killed.
 */
const order = JSON.parse(process.argv[2] ?? '') as AdjusterOrder
const { targets, others, leaseMs, holdMs, folder } = order
const random = createRandom(order.seed)
const firing: Firing = { alert: 'Chaos', labels: {}, annotations: {}, value: 1, since: 0 }
const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
const stop = new AbortController()
let begun = false

const sets = placesAt(order).map(place => {
  // Local changes of the others are theirs to restore when they are back; shared ones are everybody's.
  const known = place.coordinator ? [...targets, ...others] : targets
  const knobs = new Knobs({
    knobs: known.map(target => place.knob(target)),
    service: place.name,
    stateDir: folder,
    coordinator: place.coordinator,
    leaseMs,
    clock: Date.now,
    onFault: error => process.stderr.write(`${place.name}: ${String(error)}\n`),
  })
  return { place, knobs }
})

async function adjust(knobs: Knobs, knob: Knob): Promise<void> {
  const action = knobAction(knob, knobs)
  while (!stop.signal.aborted) {
    const options = { to: 1 + Math.floor(random() * 1000) }
    const context = { firing, options, now: Date.now(), signal: AbortSignal.timeout(leaseMs), sliceMs: 5 }
    const receipt = await action.run(context).catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
    if (!begun) process.send?.('begun' satisfies AdjusterMessage)
    begun = true
    await pause(random() * holdMs)
    if (typeof receipt !== 'object' || !receipt.undo) continue
    await receipt.renew?.()
    await pause(random() * holdMs)
    const next = random()
    // The rest is forgotten, or goes on from where it is.
    if (next < 0.8) await receipt.undo({ now: Date.now(), signal: AbortSignal.timeout(leaseMs) })
    else if (next < 0.85) await pause(leaseMs * 1.2)
  }
}

async function end(): Promise<void> {
  stop.abort()
  await Promise.all(sets.map(({ knobs }) => knobs.close()))
  process.send?.('stopped' satisfies AdjusterMessage, () => process.exit())
}

await Promise.all(sets.map(({ knobs }) => knobs.start()))
process.on('message', (message: 'go' | 'stop') => {
  if (message === 'stop') void end()
  else for (const { place, knobs } of sets) for (const target of targets) void adjust(knobs, place.knob(target))
})
process.send?.('restored' satisfies AdjusterMessage)
