import type { UndoResult } from '../words/receipt.ts'
import { DEFAULT_COOLDOWN_MS } from '../words/response.ts'
import type {
  JudgedTrial,
  OpenTrial,
  RevertCause,
  RevertingTrial,
  RunningTrial,
  SettlingTrial,
  Trial,
  VerifyingTrial,
} from '../words/trial.ts'
import { isLasting, isUndoable } from '../words/trial.ts'
import { verifyingTimes } from '../words/trial-design.ts'
import type { Judgement, Outcome, Verdict } from '../words/verdict.ts'
import { cooldownMs } from './cooldown.ts'

export type TrialEvent =
  /** The run is over. `judgement`: what is known at once, when it failed or did nothing. */
  | { readonly type: 'ended'; readonly outcome: Outcome; readonly judgement?: Judgement }
  /** Time has passed. */
  | { readonly type: 'tick' }
  | { readonly type: 'judged'; readonly judgement: Judgement }
  /** A guard was breached. */
  | { readonly type: 'breached'; readonly judgement: Judgement }
  /** The lease of the change ran out, or somebody else has set the value. */
  | { readonly type: 'lost'; readonly judgement: Judgement }
  /** The trial is of a preventive response, and a response to a present problem needs its resource. */
  | { readonly type: 'preempted'; readonly judgement: Judgement }
  /** The alert is over. */
  | { readonly type: 'resolved' }
  | { readonly type: 'killed'; readonly judgement: Judgement }
  /** The last attempt to revert the change. */
  | { readonly type: 'reverted'; readonly result: UndoResult }

/** What the end of a trial needs beside its events. Read only when a trial is judged. */
export interface TrialPolicy {
  /** From 0 to 1; spreads the cooldowns of a fleet. */
  readonly jitter: number
  /** What the guards of the trial could not see, one line each. */
  readonly blindSpots: readonly string[]
}

type State = Trial['state']
type In<S extends State> = Extract<Trial, { state: S }>
type Of<E extends TrialEvent['type']> = Extract<TrialEvent, { type: E }>
type Move<S extends State, E extends TrialEvent['type']> = (
  trial: In<S>,
  event: Of<E>,
  now: number,
  policy: TrialPolicy,
) => Trial

/** The move for each event in each state. An event that a state does not list cannot happen in it. */
type Moves = { readonly [S in State]: { readonly [E in TrialEvent['type']]?: Move<S, E> } }

/** The run is over or was withheld. */
type Done = Exclude<OpenTrial, RunningTrial>
/** Its effect is awaited. */
type Awaited = SettlingTrial | VerifyingTrial

const UNSEEN: Judgement = { verdict: 'inconclusive', reason: 'it ended before its effect could be seen' }

/** How a verdict changes the streak of trials that did not help. An undecided trial must not slow down the evidence. */
const STREAK: Readonly<Record<Verdict, (streak: number) => number>> = {
  effective: () => 0,
  palliative: streak => streak,
  inconclusive: streak => streak,
  no_effect: streak => streak + 1,
  harmful: streak => streak + 1,
  failed: streak => streak + 1,
  noop: streak => streak + 1,
}

function breached(trial: Awaited | In<'kept'>, { judgement }: Of<'breached'>, now: number, policy: TrialPolicy): Trial {
  // Nothing was done that could be reverted: a control goes on, so that its episode is as long as those of runs.
  if (trial.arm !== 'act') return trial
  // One breach proves no harm, but the next run can wait.
  return end(scored(trial, 'harmful'), 'guard breached', judgement, now, policy)
}

/** Somebody else may have changed the value since, so the trial no longer measures our change. */
function lost(trial: Awaited | In<'kept'>, { judgement }: Of<'lost'>, now: number, policy: TrialPolicy): Trial {
  return isLasting(trial) ? end(trial, 'lease lost', judgement, now, policy) : trial
}

function preempted(trial: Awaited, { judgement }: Of<'preempted'>, now: number, policy: TrialPolicy): Trial {
  return end(trial, 'preempted', judgement, now, policy)
}

function killed(trial: Awaited | In<'kept'>, { judgement }: Of<'killed'>, now: number, policy: TrialPolicy): Trial {
  return end(trial, 'kill switch', judgement, now, policy)
}

const moves: Moves = {
  running: {
    ended: (trial, { outcome, judgement }, now, policy) => {
      const over = afterRun(trial, outcome, now)
      const { ending } = trial
      if (ending) return end(over, ending.because, ending.judgement ?? judgement ?? UNSEEN, now, policy)
      if (judgement === undefined || isLasting(over)) return over
      return close(scored(over, judgement.verdict), judgement, now, policy)
    },
    preempted: (trial, { judgement }) =>
      trial.ending ? trial : { ...trial, ending: { because: 'preempted', judgement } },
    // The run is aborted by the switch itself.
    killed: trial =>
      trial.ending?.because === 'kill switch'
        ? trial
        : { ...trial, ending: { ...trial.ending, because: 'kill switch' } },
  },
  settling: {
    tick: (trial, _, now) => (now >= verifyingTimes(trial).from ? { ...trial, state: 'verifying' } : trial),
    breached,
    lost,
    preempted,
    killed,
  },
  verifying: {
    judged: (trial, { judgement }, now, policy) => {
      const scoredTrial = scored(trial, judgement.verdict)
      const { verdict } = judgement
      if (!isLasting(trial) || (verdict !== 'effective' && verdict !== 'palliative'))
        return end(scoredTrial, verdict === 'inconclusive' ? 'undecided' : 'verdict', judgement, now, policy)
      return cooled({ ...withVerdict(scoredTrial, judgement, now, policy), state: 'kept' }, now, policy)
    },
    breached,
    lost,
    preempted,
    killed,
  },
  kept: {
    breached,
    lost,
    killed,
    // Its effect has been judged already.
    preempted: (trial, _, now, policy) => revert(trial, 'preempted', trial, now, policy),
    resolved: (trial, _, now, policy) => revert(trial, 'alert resolved', trial, now, policy),
  },
  reverting: {
    reverted: ({ because, from, ...trial }, { result }, now, policy) =>
      cooled({ ...trial, state: 'judged', reverted: { ...result, because, from, at: now } }, now, policy),
  },
  judged: {},
}

/**
 * The trial after an event. Pure. An event that cannot happen in the state (see {@link isPossible}) changes nothing, and the
 * same object is returned.
 *
 * @param now - in milliseconds since the epoch
 */
export function advanceTrial(trial: Trial, event: TrialEvent, now: number, policy: TrialPolicy): Trial {
  const move = moveFor(trial.state, event.type)
  return move ? move(trial, event, now, policy) : trial
}

/** Whether the event can happen in the state at all. */
export function isPossible(state: State, event: TrialEvent['type']): boolean {
  return moveFor(state, event) !== undefined
}

/** A trial whose run has just ended and is not judged yet. */
export function afterRun({ ending: _, ...trial }: RunningTrial, outcome: Outcome, now: number): SettlingTrial {
  return { ...trial, state: 'settling', outcome, endedAt: now }
}

/** The type of `moves` has checked that state and move belong together; TypeScript cannot follow it through a variable. */
function moveFor(
  state: State,
  event: TrialEvent['type'],
): ((trial: Trial, event: TrialEvent, now: number, policy: TrialPolicy) => Trial) | undefined {
  return moves[state][event] as ReturnType<typeof moveFor>
}

/** The trial is over; a change that lasts is reverted first. */
function end(
  trial: Done,
  because: RevertCause,
  judgement: Judgement,
  now: number,
  policy: TrialPolicy,
): RevertingTrial | JudgedTrial {
  return isUndoable(trial) ? revert(trial, because, judgement, now, policy) : close(trial, judgement, now, policy)
}

function revert(
  trial: Done,
  because: RevertCause,
  judgement: Judgement,
  now: number,
  policy: TrialPolicy,
): RevertingTrial {
  return { ...withVerdict(trial, judgement, now, policy), state: 'reverting', because, from: now }
}

function close(trial: Done, judgement: Judgement, now: number, policy: TrialPolicy): JudgedTrial {
  return cooled({ ...withVerdict(trial, judgement, now, policy), state: 'judged' }, now, policy)
}

function withVerdict(
  trial: Done,
  { verdict, reason }: Judgement,
  now: number,
  { blindSpots }: TrialPolicy,
): Omit<JudgedTrial, 'state' | 'reverted'> {
  return { judgedAt: now, ...trial, verdict, reason, blindSpots }
}

/** Only a run changes the streak: a control or a shadow can neither help nor fail. */
function scored<T extends Trial>(trial: T, verdict: Verdict): T {
  if (trial.arm !== 'act') return trial
  return { ...trial, rest: { ...trial.rest, streak: STREAK[verdict](trial.rest.streak) } }
}

/** The cooldown begins when a trial ends, and for a change that is kept with its verdict. A shadow takes none. */
function cooled<T extends Trial>(trial: T, now: number, { jitter }: TrialPolicy): T {
  if (trial.arm === 'shadow') return trial
  const { cooldownMs: baseMs = DEFAULT_COOLDOWN_MS } = trial.response
  const { streak } = trial.rest
  return { ...trial, rest: { streak, notBefore: now + cooldownMs(baseMs, streak, jitter) } }
}
