import type { Gate } from '../gate.ts'
import { conflictGate } from './conflict.ts'
import { cooldownGate } from './cooldown.ts'
import { killSwitchGate } from './kill-switch.ts'
import { missingDataGate } from './missing-data.ts'
import { modeGate } from './mode.ts'
import { warmUpGate } from './warm-up.ts'

/** In the order in which they are asked. */
export const gates: readonly Gate[] = [
  killSwitchGate,
  modeGate,
  missingDataGate,
  warmUpGate,
  cooldownGate,
  conflictGate,
]
