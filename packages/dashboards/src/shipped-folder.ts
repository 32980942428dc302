/** The folder of the package: the sources and the bundle both lie one folder below it. */
export const shippedFolder: URL = new URL('../', import.meta.url)
