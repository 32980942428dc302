import type { Gate } from '../gate.ts'
import { budgetGate } from './budget.ts'
import { conflictGate } from './conflict.ts'
import { cooldownGate } from './cooldown.ts'
import { killSwitchGate } from './kill-switch.ts'
import { leaseGate } from './lease.ts'
import { missingDataGate } from './missing-data.ts'
import { modeGate } from './mode.ts'
import { prerequisitesGate } from './prerequisites.ts'
import { quarantineGate } from './quarantine.ts'
import { warmUpGate } from './warm-up.ts'

/** In the order in which they are asked. */
export const gates: readonly Gate[] = [
  killSwitchGate,
  modeGate,
  missingDataGate,
  warmUpGate,
  quarantineGate,
  cooldownGate,
  budgetGate,
  conflictGate,
  leaseGate,
  prerequisitesGate,
]
