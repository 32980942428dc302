import type { StandingGate } from '../gate.ts'

/** What harmed, or did nothing again and again, is left alone until somebody looks at it or a day has passed. */
export const quarantineGate: StandingGate = {
  isStanding: true,
  reason: 'quarantine',
  refuse: (answer, { quarantineOf }) => quarantineOf(answer),
}
