import type { Gate } from '../gate.ts'

/** What harmed, or did nothing again and again, is left alone until somebody looks at it or a day has passed. */
export const quarantineGate: Gate = {
  reason: 'quarantine',
  refuse: (proposal, { quarantineOf }) => quarantineOf(proposal),
}
