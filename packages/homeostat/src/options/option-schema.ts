import type { Mode } from '@homeostat/optimizer'
import { modes } from '@homeostat/optimizer'
import type { ServerEngine } from '@homeostat/optimizer/engines'
import { actionSchema, budgetSchema, knobSchema, responseSchema, ruleSourceSchema } from '@homeostat/optimizer/schemas'
import { DEFAULT_RETAINED_BYTES } from '@homeostat/signals'
import type { OptionEntries, OptionNotes, OptionSchema } from '@homeostat/signals/options'
import {
  detailsOf,
  either,
  exactly,
  extended,
  filePath,
  flag,
  group,
  listOf,
  milliseconds,
  objectWith,
  oneOf,
  recordOf,
  text,
  wholeNumber,
} from '@homeostat/signals/options'
import { definitions, type PackagesOptions } from '../domains/domain-definitions.ts'
import type { Logger } from './logger.ts'
import { domainSchema } from './domain-schema.ts'
import { engineEntries } from './engine-schema.ts'
import { enginesOf } from './engines.ts'
import { killSwitchEntries } from './kill-switch-schema.ts'
import type { HomeostatOptions } from './options.ts'

/** Default time between ticks. */
export const DEFAULT_INTERVAL_MS = 5000

const mode = (notes: OptionNotes): OptionSchema<Mode> => oneOf(modes, notes)

/** The options of a package with its mode; `false` leaves the package out. */
function ofPackage<T extends object>(schema: OptionSchema<T>): OptionSchema<(T & { readonly mode?: Mode }) | false> {
  const { description } = detailsOf(schema)
  const ownMode = mode({
    defaultWords: 'that of `mode`',
    description: 'how far this package may go',
    whenWrong: 'it goes no further than advise',
  })
  const options = extended(schema, { mode: ownMode }, { description })
  return either([exactly(false, { description: 'leaves it out' }), options], {
    defaultWords: 'on',
    description,
    whenWrong: 'its defaults are used, and it goes no further than advise',
  }) as OptionSchema<(T & { readonly mode?: Mode }) | false>
}

/** The options of each built-in package. */
const packageEntries = Object.fromEntries(
  definitions.map(([name, { options }]) => [name, ofPackage(options)]),
) as unknown as OptionEntries<PackagesOptions>

export const homeostatEntries: OptionEntries<HomeostatOptions> = {
  mode: mode({
    default: 'advise',
    description: '`off` < `shadow` < `advise` < `act`, for every package that does not say otherwise',
  }),
  ...packageEntries,
  actionModes: recordOf(mode({ description: 'a mode', whenWrong: 'it goes no further than advise' }), {
    defaultWords: 'none',
    description: "the mode of single actions and knobs, e.g. `{ 'cache.warm': 'act' }`",
    whenWrong: 'nothing goes further than advise',
  }),
  maxMode: mode({
    default: 'act',
    description: 'nothing goes further',
    whenWrong: 'nothing goes further than advise',
  }),
  rules: listOf(ruleSourceSchema, { defaultWords: 'none', description: 'rules beside those of the packages' }),
  responses: listOf(responseSchema, { defaultWords: 'none', description: 'responses beside those of the packages' }),
  actions: listOf(actionSchema, {
    defaultWords: 'none',
    isCodeOnly: true,
    description: 'actions beside those of the packages',
  }),
  knobs: listOf(knobSchema, {
    defaultWords: 'none',
    isCodeOnly: true,
    description: 'knobs beside those of the packages',
  }),
  domains: listOf(domainSchema, {
    defaultWords: 'none',
    isCodeOnly: true,
    description: 'packages of your own; one with the name of a built-in package replaces it',
  }),
  ruleFiles: listOf(filePath({ description: 'a path' }), {
    defaultWords: 'none',
    description: 'Prometheus rule files, read again when they change',
  }),
  responseFiles: listOf(filePath({ description: 'a path' }), {
    defaultWords: 'none',
    description: 'files of responses, read again when they change',
  }),
  budget: budgetSchema,
  service: text({
    defaultWords: "`service.name` of the SDK's resource, else `OTEL_SERVICE_NAME`",
    description:
      'whose processes agree with each other and share what they know; without a name nothing is shared and nothing learned is kept',
  }),
  ...engineEntries(enginesOf()),
  stateDir: filePath({
    defaultWords: 'undo journals only, in a folder for temporary files',
    description:
      'where undo journals are kept, and what was learned unless `stateStore` names a server; in a container, a folder on a volume',
  }),
  ...killSwitchEntries,
  log: either(
    [
      flag({ description: 'whether lines are written to stderr' }),
      exactly('console', { description: 'the console' }),
      objectWith<Logger>(['info', 'warn'], { description: 'a logger', expected: 'a logger with info() and warn()' }),
    ],
    {
      default: true,
      description:
        'one line at start and one per event: `console`, a logger with `info` and `warn`, `true` for stderr, or `false`',
      expected: 'console, a logger with info() and warn(), or false',
    },
  ),
  exportDoubles: flag({
    default: true,
    description:
      'export our metrics also under names that another instrumentation exports; `false` leaves such a name to the other one',
  }),
  attachReaders: flag({
    default: true,
    description:
      "attach the SDK's metric readers when nobody calls `attach()`, so that rules read the application's metrics; `false` exports through its Meter, where views apply",
  }),
  intervalMs: milliseconds({
    least: 10,
    most: 3_600_000,
    default: DEFAULT_INTERVAL_MS,
    description: 'time between ticks',
  }),
  maxRetainedBytes: wholeNumber({
    least: 0,
    most: 1024 ** 3,
    unit: 'bytes',
    default: DEFAULT_RETAINED_BYTES,
    description: "most memory that copies of the application's statements and values take, in the whole process",
  }),
  warmUpMs: milliseconds({
    least: 0,
    default: 60_000,
    description: 'nothing acts before this time has passed since the first tick',
  }),
  signalsOnly: flag({
    defaultWords: '`true` in children of job processors, else `false`',
    description:
      'measure and export, and leave out rules, forecasts, actions, state and kill switches; on in sandboxed BullMQ and Bull processors and in Piscina',
    whenWrong: 'the default is used',
  }),
  inspection: flag({
    default: false,
    description:
      'answer `homeostat report`, `explain` and `doctor` of the same user, through a socket in a temporary folder; see [the command line](docs/command-line.md)',
    whenWrong: 'nobody can ask this process',
  }),
  prove: listOf(text({ description: 'the name of a knob' }), {
    defaultWords: 'none',
    description:
      'the knobs that `homeostat prove` of the same user may switch on and off, whatever `mode` says, unless `maxMode` is below `act`; see [proofs](docs/prove.md)',
    whenWrong: 'nobody can try a knob',
  }),
  console: either(
    [
      flag({ description: 'whether there is one' }),
      group<Exclude<HomeostatOptions['console'], boolean | undefined>>(
        {
          port: wholeNumber({
            least: 0,
            most: 65_535,
            default: 4663,
            description: 'a free one where it is taken; the log says which',
          }),
          host: text({
            default: '127.0.0.1',
            description: 'its address; one that other machines reach needs `console.token`',
          }),
          token: text({
            isSecret: true,
            defaultWords: 'none',
            description: 'what a browser has to show, 16 characters or more',
          }),
        },
        { description: 'where it answers' },
      ),
    ],
    {
      default: false,
      description: 'one page that shows what is watched and done; needs [`@homeostat/console`](../console)',
      whenWrong: 'there is no console',
    },
  ),
  autoStart: flag({ default: true, description: 'begin to tick at once; the timers never keep a process alive' }),
  environment: objectWith<NonNullable<HomeostatOptions['environment']>>([], {
    defaultWords: '`process.env`',
    description: 'environment variables',
    expected: 'an object of environment variables',
  }),
}

const notes = {
  description: 'options of homeostat()',
  whenWrong: 'the defaults are used, and nothing goes further than advise',
}

/** The schema of `homeostat(options)`. */
export const homeostatOptions: OptionSchema<HomeostatOptions> = group(homeostatEntries, notes)

/** The same where `coordinator` and `stateStore` may also name the engines of the application's own domains. */
export function homeostatOptionsWith(engines: readonly ServerEngine[]): OptionSchema<HomeostatOptions> {
  return group({ ...homeostatEntries, ...engineEntries(engines) }, notes)
}
