export { ConsoleOptionError, ConsoleTokenError, DEFAULT_PORT, type ConsoleOptions } from './console-options.ts'
export { openConsole, type Console, type OpenConsoleOptions } from './console.ts'
export type { ShownForecast, ShownHomeostat, ShownKnob, ShownReport } from './shown-homeostat.ts'
