import { calls } from './tree.ts'

/** Functions of Postgres, and of its extensions, whose result changes between two rows. */
const VOLATILE =
  /^(?:random(?:_normal)?|clock_timestamp|timeofday|nextval|currval|lastval|setval|set_config|gen_random_uuid|uuidv[47]|uuid_generate_v(?:1|1mc|4)|pg_sleep(?:_for|_until)?)$/

/** Whether an expression has another value for each row, so that no index is searched for it. */
export function isVolatile(value: unknown): boolean {
  return calls(value, VOLATILE)
}
