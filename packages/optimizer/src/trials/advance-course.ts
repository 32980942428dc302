import { cool, idle, known, off, quarantined, rest, revert, scored, settle } from './course-steps.ts'
import type { In } from './course-steps.ts'
import type { Course, CourseEvent, CoursePolicy, CourseState } from './course.ts'

type Of<E extends CourseEvent['type']> = Extract<CourseEvent, { type: E }>
type Move<S extends CourseState, E extends CourseEvent['type']> = (
  course: In<S>,
  event: Of<E>,
  now: number,
  policy: CoursePolicy,
) => Course

/** A run is over and its effect is awaited. */
type Trial = In<'settling'> | In<'verifying'>

/** What each event does in each state; an event that a state leaves out cannot happen there. */
type Moves = { readonly [S in CourseState]: { readonly [E in CourseEvent['type']]?: Move<S, E> } }

/** An undo is tried this often before it is given up. */
const MOST_FAILURES = 3
/** Switching off waits this long for changes to be set back. */
const KILL_MS = 5000

const stay = (course: Course): Course => course

function verify(course: In<'settling'>, _: CourseEvent, now: number, { windowMs }: CoursePolicy): Course {
  // Missing samples may take it to twice its window.
  return { ...known(course), state: 'verifying', isLasting: course.isLasting, until: now + 2 * windowMs }
}

function breached(course: Trial, _: CourseEvent, now: number, policy: CoursePolicy): Course {
  if (course.isLasting) return revert(scored(course, 'harmful'), 'guard breached')
  // One breach proves no harm, but the next run can wait.
  return settle(scored(course, 'harmful'), 'inconclusive', false, now, policy)
}

function killTrial(course: Trial, _: CourseEvent, now: number, policy: CoursePolicy): Course {
  return course.isLasting ? { ...revert(course, 'kill switch'), killedAt: now } : off(cool(course, now, policy))
}

/** What nobody holds any more is not in force as it was: its trial would be about something else. */
function lost(course: Trial | In<'settled'>): Course {
  return course.isLasting ? revert(course, 'lease lost') : course
}

/** The trial ends for another one that goes first. What it would have shown is not known, so it counts for nothing. */
function yieldNow(course: Course, isLasting: boolean, now: number, policy: CoursePolicy): Course {
  return isLasting ? revert(course, 'preempted') : settle(course, 'inconclusive', false, now, policy)
}

function preempted(course: Trial, _: CourseEvent, now: number, policy: CoursePolicy): Course {
  return yieldNow(course, course.isLasting, now, policy)
}

function endControl(course: In<'proposed'>, _: CourseEvent, now: number, policy: CoursePolicy): Course {
  return rest(cool(course, now, policy), now, policy)
}

/** The answers to a firing where no trial is open. A quarantine comes first, whatever was decided. */
const answers = {
  refused: (course, { reason }, now, policy) =>
    quarantined(course, now, policy) ??
    (course.state === 'suppressed' && course.reason === reason
      ? course
      : { ...known(course), state: 'suppressed', reason }),
  withheld: (course, _, now, policy) =>
    quarantined(course, now, policy) ?? {
      ...known(course),
      state: 'proposed',
      arm: 'control',
      // As long as a run's trial may take, so that both arms are watched alike.
      until: now + policy.settleMs + 2 * policy.windowMs,
    },
  started: (course, _, now, policy) =>
    quarantined(course, now, policy) ?? { ...known(course), state: 'acting', since: now },
  resolved: course => (course.state === 'idle' ? course : idle(course)),
  killed: course => off(course),
  tick: (course, _, now, policy) => quarantined(course, now, policy) ?? course,
} as const satisfies Moves['idle'] & Moves['suppressed']

const moves: Moves = {
  idle: answers,
  suppressed: answers,
  proposed: {
    // A control goes on to its end, as a trial does.
    refused: stay,
    withheld: stay,
    started: stay,
    windowOpened: stay,
    breached: stay,
    judged: endControl,
    preempted: endControl,
    resolved: stay,
    killed: (course, _, now, policy) => off(cool(course, now, policy)),
    tick: (course, _, now, policy) => (now >= course.until ? rest(cool(course, now, policy), now, policy) : course),
  },
  acting: {
    refused: stay,
    ended: (course, { outcome, isLasting }, now, policy) => {
      if (course.killedAt !== undefined)
        return isLasting
          ? { ...revert(course, 'kill switch'), killedAt: course.killedAt }
          : off(cool(course, now, policy))
      if (course.isPreempted) return yieldNow(course, isLasting, now, policy)
      if (outcome === 'noop' && !isLasting) return settle(course, 'noop', false, now, policy)
      if (outcome === 'completed' || outcome === 'noop')
        return { ...known(course), state: 'settling', isLasting, until: now + policy.settleMs }
      return isLasting ? revert(scored(course, 'failed'), 'run failed') : settle(course, 'failed', false, now, policy)
    },
    preempted: course =>
      course.isPreempted || course.killedAt !== undefined ? course : { ...course, isPreempted: true },
    resolved: stay,
    killed: (course, _, now) => ({ ...course, killedAt: course.killedAt ?? now }),
    tick: (course, _, now, policy) => (isLate(course.killedAt, now) ? off(cool(course, now, policy), true) : course),
  },
  settling: {
    refused: stay,
    windowOpened: verify,
    breached,
    lost,
    preempted,
    resolved: stay,
    killed: killTrial,
    tick: (course, _, now, policy) => (now >= course.until ? verify(course, _, now, policy) : course),
  },
  verifying: {
    refused: stay,
    breached,
    lost,
    preempted,
    judged: (course, { verdict }, now, policy) => {
      const isKept = !course.isLasting || verdict === 'effective' || verdict === 'palliative'
      if (isKept) return settle(course, verdict, course.isLasting, now, policy)
      return revert(scored(course, verdict), verdict === 'inconclusive' ? 'undecided' : 'verdict')
    },
    resolved: stay,
    killed: killTrial,
    // Every trial ends, also one whose data never came.
    tick: (course, _, now, policy) => {
      if (now < course.until) return course
      return course.isLasting ? revert(course, 'undecided') : settle(course, 'inconclusive', false, now, policy)
    },
  },
  settled: {
    refused: stay,
    breached: course => (course.isLasting ? revert(scored(course, 'harmful'), 'guard breached') : course),
    lost,
    preempted: course => (course.isLasting ? revert(course, 'preempted') : course),
    // With more episodes a verdict may change.
    judged: (course, { verdict }) =>
      course.isLasting && (verdict === 'no_effect' || verdict === 'harmful')
        ? revert(scored(course, verdict), 'verdict')
        : course,
    resolved: course => (course.isLasting ? revert(course, 'alert resolved') : course),
    // Its cooldown has begun already.
    killed: (course, _, now) => (course.isLasting ? { ...revert(course, 'kill switch'), killedAt: now } : off(course)),
    tick: (course, _, now, policy) => (course.isLasting ? course : rest(course, now, policy)),
  },
  reverting: {
    refused: stay,
    resolved: stay,
    reverted: (course, { result }, now, policy) => {
      const isOver = result !== 'failed'
      const failures = isOver ? course.failures : course.failures + 1
      if (!isOver && failures < MOST_FAILURES) return { ...course, failures }
      const ended = cool(course, now, policy)
      if (course.killedAt !== undefined) return off(ended, !isOver)
      return { ...known(ended), state: 'reverted', cause: course.cause, result }
    },
    killed: (course, _, now) => ({ ...course, killedAt: course.killedAt ?? now }),
    tick: (course, _, now, policy) => (isLate(course.killedAt, now) ? off(cool(course, now, policy), true) : course),
  },
  reverted: {
    refused: stay,
    resolved: stay,
    killed: course => off(course),
    tick: (course, _, now, policy) => rest(course, now, policy),
  },
  cooldown: {
    refused: stay,
    resolved: stay,
    killed: course => off(course),
    tick: (course, _, now, policy) => rest(course, now, policy),
  },
  quarantined: {
    refused: stay,
    resolved: stay,
    killed: course => off(course),
    tick: (course, _, now, policy) => rest(course, now, policy),
  },
  off: {
    refused: stay,
    resolved: stay,
    killed: stay,
    // A run that outlived the switch, or an undo that came late.
    ended: (course, { isLasting }, now, policy) =>
      isLasting ? { ...revert(course, 'kill switch'), killedAt: now } : off(cool(course, now, policy)),
    reverted: (course, { result }) => (result === 'failed' ? course : off(course)),
    enabled: (course, _, now, policy) => rest(course, now, policy),
    tick: stay,
  },
}

/**
 * The course after an event. Pure. An event that cannot happen in the state (see {@link isPossible}) changes nothing and gives
 * the same object back.
 *
 * @example
 * ```ts
 * let course = IDLE
 * course = advanceCourse(course, { type: 'started' }, now, policy) // acting
 * ```
 */
export function advanceCourse(course: Course, event: CourseEvent, now: number, policy: CoursePolicy): Course {
  const move = moveFor(course.state, event.type)
  return move ? move(course, event, now, policy) : course
}

/** Whether the event can happen in the state at all. */
export function isPossible(state: CourseState, event: CourseEvent['type']): boolean {
  return moveFor(state, event) !== undefined
}

/** The pairing of state and move is what the type of `moves` has checked; TypeScript cannot follow it through a variable. */
function moveFor(
  state: CourseState,
  event: CourseEvent['type'],
): ((course: Course, event: CourseEvent, now: number, policy: CoursePolicy) => Course) | undefined {
  return moves[state][event] as ReturnType<typeof moveFor>
}

const isLate = (killedAt: number | undefined, now: number): boolean =>
  killedAt !== undefined && now - killedAt >= KILL_MS
