import { BullMQInstrumentation } from '@homeostat/bullmq'

export const instrumentation: BullMQInstrumentation = new BullMQInstrumentation()
