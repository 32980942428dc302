/** Everything that the doctor knows about an application. Checks read nothing else, so they are pure. */
export interface ApplicationFacts {
  /** Why `package.json` could not be read. The manifest is empty then. */
  readonly manifestFault: string | undefined
  readonly manifest: Manifest
  /** Each copy of a package that the application can load and that matters here, once per folder. */
  readonly packages: readonly InstalledPackage[]
  /** Packages that flags preload and that are not installed. */
  readonly missingPreloads: readonly string[]
  readonly start: StartCommand
  /** By name. Values can be secrets: a check shows a value only through `shownSetting` or `shownAddress`. */
  readonly environment: ReadonlyMap<string, Setting>
  /** The modules that the process loads first, as far as the sources show it. */
  readonly events: readonly LoadEvent[]
  /** Places in the sources that matter to a check. */
  readonly marks: readonly SourceMark[]
  readonly node: NodeInUse | undefined
  readonly memoryLimits: readonly MemoryLimit[]
  readonly bundling: Bundling | undefined
  readonly configFile: OtelConfigFile | undefined
  /** Files that were not read, with the reason. Findings can be missing because of them. */
  readonly notes: readonly string[]
}

export interface Manifest {
  readonly name: string | undefined
  readonly type: 'module' | 'commonjs'
  readonly scripts: ReadonlyMap<string, string>
  readonly main: string | undefined
  /** Names in `dependencies`, `optionalDependencies`, `peerDependencies` and `devDependencies`. */
  readonly dependencies: ReadonlySet<string>
}

export interface InstalledPackage {
  readonly name: string
  readonly version: string
  /** Relative to the application's folder. */
  readonly path: string
  /** The package by which it is reached, undefined for the application itself. */
  readonly via: string | undefined
  /** Ranges of `peerDependencies`, by name. */
  readonly peers: ReadonlyMap<string, string>
  readonly engine: string | undefined
  /** Path of the copy that this package loads, by name; for the names in `WATCHED` only. */
  readonly loads: ReadonlyMap<string, string>
}

export interface StartCommand {
  /** Such as `package.json scripts.start`. */
  readonly from: string
  /** Undefined where the command is not one of Node. */
  readonly main: string | undefined
  /** In the order of the process: `NODE_OPTIONS` first. */
  readonly flags: readonly NodeFlag[]
}

export interface NodeFlag {
  /** With hyphens, and long: `--require` for `-r`. */
  readonly name: string
  readonly value: string
  readonly from: string
}

export interface Setting {
  readonly value: string
  readonly from: string
}

/** A package that is loaded, or a place where an SDK starts. */
export interface LoadEvent {
  readonly kind: 'load' | 'start'
  /** The package, or what starts the SDK. */
  readonly name: string
  readonly file: string
  readonly line: number
  /** Whether the file evaluates all its imports before its first statement. */
  readonly isHoisted: boolean
}

export type Mark =
  | 'NodeSDK'
  | 'startNodeSdk'
  | 'metricReader'
  | 'metricReaders'
  | 'collectDefaultMetrics'
  | 'RuntimeNodeInstrumentation'
  | 'PrometheusExporter'
  | 'module hook'
  | 'service name'
  | 'temporality'

export interface SourceMark {
  readonly mark: Mark
  readonly file: string
  readonly line: number
}

export interface NodeInUse {
  /** A version, or a range such as `20.x` for an image. */
  readonly range: string
  readonly from: string
}

export interface MemoryLimit {
  readonly bytes: number
  readonly from: string
}

export interface Bundling {
  readonly tool: string
  readonly from: string
  /** Whether packages stay outside the bundle, all of them or by name. */
  readonly externals: 'all' | ReadonlySet<string>
}

export interface OtelConfigFile {
  readonly path: string
  readonly from: string
  readonly state: 'missing' | 'not valid' | 'read'
  /** Keys at places where the SDK stops at keys that it does not know, such as `meter_provider.readers[0].periodic.producers[0].x`. */
  readonly foreignKeys: readonly string[]
}
