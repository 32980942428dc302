// As an instrumentation.ts of Next.js: bundled apart from the pages, and run before them.
export async function register() {
  const { NodeSDK } = await import('@opentelemetry/sdk-node')
  new NodeSDK({ instrumentations: [] }).start()
}
