import type { SetFault } from './simulated-process.ts'

/** One thing that happens. `who` is a process, by number. */
export type UndoEvent =
  | { readonly type: 'adjust'; readonly who: number; readonly fault: SetFault; readonly lateMs: number }
  | {
      readonly type: 'undo' | 'renew' | 'trip' | 'release' | 'kill' | 'start' | 'readHangs' | 'readAnswers'
      readonly who: number
    }
  | { readonly type: 'edit' | 'empty' | 'cut' | 'reach' | 'replicate' | 'failOver' }
  | { readonly type: 'pass'; readonly ms: number }

/** How a trace ends: what it ends by has to bring the original value back. */
export type Ending = 'trip' | 'expiry' | 'kill'

export interface UndoTrace {
  readonly events: readonly UndoEvent[]
  readonly ending: Ending
}

const FAULTS: readonly SetFault[] = [
  ...Array<SetFault>(8).fill('none'),
  ...(['lost', 'lost', 'late', 'late', 'forgets', 'hangs', 'set hangs', 'refused'] as const),
]
const ENDINGS: readonly Ending[] = ['trip', 'expiry', 'kill']
/** How often each comes, in relation to the others. */
const WEIGHTS: readonly (readonly [UndoEvent['type'], number])[] = [
  ['adjust', 8],
  ['pass', 10],
  ['undo', 3],
  ['renew', 3],
  ['edit', 2],
  ['trip', 2],
  ['release', 2],
  ['kill', 2],
  ['start', 2],
  ['empty', 1.5],
  ['cut', 1],
  ['reach', 1],
  ['replicate', 1],
  ['failOver', 1],
  ['readHangs', 0.7],
  ['readAnswers', 1],
]

/** @param leaseMs - times are made in relation to it */
export function createUndoTrace(random: () => number, processes: number, leaseMs: number): UndoTrace {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!
  const total = WEIGHTS.reduce((sum, [, weight]) => sum + weight, 0)
  const type = (): UndoEvent['type'] => {
    let at = random() * total
    return WEIGHTS.find(([, weight]) => (at -= weight) < 0)![0]
  }
  const event = (): UndoEvent => {
    const drawn = type()
    const who = Math.floor(random() * processes)
    switch (drawn) {
      case 'adjust':
        return { type: drawn, who, fault: pick(FAULTS), lateMs: Math.round(random() * random() * 2 * leaseMs) }
      case 'pass':
        return { type: drawn, ms: Math.round(random() * random() * 1.5 * leaseMs) }
      case 'edit':
      case 'empty':
      case 'cut':
      case 'reach':
      case 'replicate':
      case 'failOver':
        return { type: drawn }
      case 'undo':
      case 'renew':
      case 'trip':
      case 'release':
      case 'kill':
      case 'start':
      case 'readHangs':
      case 'readAnswers':
        return { type: drawn, who }
    }
  }
  // One in which nothing is ever set shows nothing.
  const first: UndoEvent = { type: 'adjust', who: 0, fault: pick(FAULTS), lateMs: Math.round((random() * leaseMs) / 2) }
  const events = Array.from({ length: 3 + Math.floor(random() * 30) }, event)
  return { events: [first, ...events], ending: pick(ENDINGS) }
}

export function describeTrace({ events, ending }: UndoTrace): string {
  return [...events.map(event => Object.values(event).join(' ')), `ends by ${ending}`].join(', ')
}
