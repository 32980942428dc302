/** The package's version, as the instrumentation scope says it. */
export const VERSION = '0.1.0'
