import type { Action, BudgetLimits, Coordinator, Knob, Mode, Response, StateStore } from '@homeostat/optimizer'
import type { RuleSource } from '@homeostat/promql'
import type { Logger } from './logger.ts'
import type { DomainChoice } from '../domains/domain-definitions.ts'

/**
 * A kind of server: `redis`, `postgres`, or the name of the `engine` of a domain in the option `domains`. The type keeps the
 * known names for editors.
 */
export type EngineName = 'redis' | 'postgres' | (string & Record<never, never>)

/** Options of `homeostat()`. Each may also be set by an environment variable `HOMEOSTAT_…`. */
export interface HomeostatOptions extends DomainChoice {
  /**
   * How far every package may go unless it says otherwise: `off`, `shadow`, `advise` or `act`.
   * @default the environment's `HOMEOSTAT_MODE`, else `advise`: it says what it would do and touches nothing
   */
  readonly mode?: Mode
  /** No package and no action goes further than this. @default act */
  readonly maxMode?: Mode
  /**
   * The mode of single actions, e.g. `{ 'cache.warm': 'act' }`; stronger than the package's. A preventive response goes no further than the mode of `forecast` even so.
   * @default none
   */
  readonly actionModes?: Readonly<Record<string, Mode>>
  /**
   * Rules beside those of the packages; groups of a Prometheus rule file fit, see `@homeostat/promql/rule-files`.
   * @default none
   */
  readonly rules?: readonly RuleSource[]
  /**
   * Responses beside those of the packages. One that runs the same action on the same alert takes the package's place.
   * @default none
   */
  readonly responses?: readonly Response[]
  /** Actions beside those of the packages. @default none */
  readonly actions?: readonly Action[]
  /**
   * Prometheus rule files beside `rules`. They are read at the start and whenever one of them changes, together with the
   * response files: either all of them are put in force or, with a warning, the rules and responses before stay. Trials in
   * flight end on those that they began with.
   * @default none
   */
  readonly ruleFiles?: readonly string[]
  /**
   * Files of responses beside `responses`; one that runs the same action on the same alert takes their place. See
   * `docs/response-files.md` of `@homeostat/lab` for the format.
   * @default none
   */
  readonly responseFiles?: readonly string[]
  /** Knobs beside those of the packages; a response sets one by naming it as its action. @default none */
  readonly knobs?: readonly Knob[]
  /** How much the loop may do, all in all. @default the defaults of {@link BudgetLimits} */
  readonly budget?: Partial<BudgetLimits>
  /**
   * Name of the service: its processes agree with each other who changes what they share, and restore what one of them left.
   * A service without a name shares nothing: it has no coordinator, and what it learns is not kept.
   * @default `service.name` of the SDK's resource, else OTEL_SERVICE_NAME, else `service.name` of OTEL_RESOURCE_ATTRIBUTES
   */
  readonly service?: string
  /**
   * The server through which the processes of the service agree: `redis` or `postgres` for the server that the application uses, where keys
   * `homeostat:{service}:*` or the table `homeostat_lease` are then made, or the engine of a domain of yours. Without a
   * coordinator, what is shared is left alone.
   * @default false: none
   */
  readonly coordinator?: Coordinator | EngineName | false
  /**
   * The folder where undo journals are kept, and what was learned unless `stateStore` names a server. In a container, on a volume
   * that outlives it.
   * @default HOMEOSTAT_STATE_DIR, else nothing is kept but, in mode `act`, the undo journals of knobs whose values outlive the
   * process: they go to a folder of the user below the system's temporary files
   */
  readonly stateDir?: string
  /**
   * The store that keeps evidence, forecasts and quiet levels of guards across restarts, for all processes of the service: `redis` (keys
   * `homeostat:{service}:state:*`) or `postgres` (table `homeostat_state`) for the server that the application uses, the engine of
   * a domain of yours, `file` for the folder of `stateDir`. Homeostat closes the store when it stops.
   * @default `file` where `stateDir` or HOMEOSTAT_STATE_DIR names a folder, else it is not kept
   */
  readonly stateStore?: StateStore | EngineName | 'file'
  /**
   * A file that stops all actions while it exists, unless it is empty or says `0`, `false`, `no` or `off`. It is checked once per
   * second. @default HOMEOSTAT_KILL_FILE
   */
  readonly killFile?: string
  /**
   * A signal that stops all actions, and lets them go on when it comes again; `false` for none. One that has a task already,
   * like SIGTERM or SIGCHLD, is refused.
   * @default SIGUSR2 where something may act and nothing else in the process listens to it. Where nothing may act, Node's own
   * reaction stays, which is to end the process
   */
  readonly killSignal?: 'SIGUSR2' | 'SIGUSR1' | 'SIGHUP' | 'SIGURG' | 'SIGIO' | 'SIGPWR' | 'SIGBREAK' | false
  /**
   * A thread that stops all actions when the event loop is blocked for longer than `limitMs`, 10000 by default; they go on
   * after it ran well for a minute. `false` for none. Where nothing may act there is no such thread.
   * @default on where something may act
   */
  readonly watchdog?: { readonly limitMs?: number } | boolean
  /**
   * The most memory that copies of the application's statements and values may take, in bytes, for the whole process: slow
   * statements with recent values, for example. The least useful value is dropped first. `homeostat.retained.size` says how much it is.
   * @default 8388608
   */
  readonly maxRetainedBytes?: number
  /**
   * The logger that receives one line at start and one line per important event: `console`, a logger like pino's, `true` for
   * stderr, or `false` for no log. The text `'console'` is the console as well, also in HOMEOSTAT_LOG. A logger that throws or blocks is
   * not called for five minutes.
   * @default true
   */
  readonly log?: Logger | 'console' | boolean
  /**
   * Whether attached readers export our metrics also under names that another instrumentation exports, e.g.
   * `db.client.operation.duration` beside `@opentelemetry/instrumentation-pg`; `false` leaves the name to the other one. Rules
   * see both either way, distinguished by `otel_scope_name`. In a Prometheus text the name is always left to the other one.
   * @default true
   */
  readonly exportDoubles?: boolean
  /**
   * Whether the metric readers of the SDK are attached when nobody calls `attach()`, so that rules read the application's own
   * metrics. `false` exports our metrics through the SDK's Meter, where its views apply to them, and rules read our metrics only.
   * @default true
   */
  readonly attachReaders?: boolean
  /** Time between ticks. @default 5000 */
  readonly intervalMs?: number
  /** Nothing acts before this time has passed since the first tick. @default 60000 */
  readonly warmUpMs?: number
  /**
   * Whether this process gives signals and nothing else: no loop, rules, forecasts, actions, coordinator, state or kill switches.
   * A preload (`--import`) runs in every child process and thread too, and an engine would delay the first job of each.
   * @default true in child processes and threads of sandboxed BullMQ and Bull processors and in threads of Piscina; false elsewhere,
   * workers of `node:cluster` included
   */
  readonly signalsOnly?: boolean
  /** Whether to begin ticking at once; otherwise `start()` does. @default true */
  readonly autoStart?: boolean
  /**
   * Whether `homeostat report`, `explain` and `doctor` of the same user may ask this process, through a socket that is made in
   * `homeostat-{uid}/.sockets` below the system's folder for temporary files. It answers and changes nothing. @default false
   */
  readonly inspection?: boolean
  /**
   * The knobs that `homeostat prove` of the same user may switch on and off in this process, by name, whatever `mode` says, unless `maxMode` is
   * below `act`. The process then answers as with `inspection`. For staging and canaries. @default none
   */
  readonly prove?: readonly string[]
  /**
   * Whether a page at http://127.0.0.1:4663 shows what is watched and done; see `@homeostat/console`, which it needs. @default false
   */
  readonly console?: boolean | { readonly port?: number; readonly host?: string; readonly token?: string }
  /** @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>
}
