import { metrics } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { ServiceName } from '../../src/doors/service-name.ts'

/** A resource of the SDK: the first entry of an attribute counts, detectors may answer later. */
const resource = (name: unknown) => ({
  getRawAttributes: () => [
    ['host.name', Promise.resolve('a')],
    ['service.name', name],
  ],
  get attributes(): never {
    throw new Error('it complains while a detector has not answered')
  },
})

afterEach(() => metrics.disable())

describe('2-72: the name of the service', () => {
  it('is the option, whatever the SDK has', () => {
    const name = new ServiceName({ service: 'shop', environment: { OTEL_SERVICE_NAME: 'env' } })
    name.offer({ resource: resource('sdk') })
    expect(name.current).toEqual({ name: 'shop', source: 'the option service' })
  })

  it.each<[string, (of: unknown) => unknown]>([
    ['a MeterProvider', of => ({ _sharedState: { resource: of } })],
    ['a TracerProvider', of => ({ _resource: of })],
    ['the proxy of a TracerProvider', of => ({ getDelegate: () => ({ resource: of }) })],
    ['a reader', of => ({ _sdkMetricProducer: { _sharedState: { resource: of } } })],
    ['a resource', of => of],
  ])('is that of the resource of %s, before the environment', (_, owner) => {
    const name = new ServiceName({ environment: { OTEL_SERVICE_NAME: 'env' } })
    name.offer(owner(resource('sdk')))
    expect(name.current).toEqual({ name: 'sdk', source: 'the resource of the SDK' })
  })

  it('is that of the global provider when it is first needed', () => {
    metrics.setGlobalMeterProvider({ getMeter: () => ({}), _sharedState: { resource: resource('sdk') } } as never)
    expect(new ServiceName({ environment: {} }).settle()?.name).toBe('sdk')
  })

  it.each<[Record<string, string>, string | undefined]>([
    [{ OTEL_SERVICE_NAME: 'shop', OTEL_RESOURCE_ATTRIBUTES: 'service.name=other' }, 'shop'],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'a=b, service.name = sh%20op ,c=d' }, 'sh op'],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'my.service.name=other' }, undefined],
    [{ OTEL_SERVICE_NAME: '' }, undefined],
    [{}, undefined],
  ])('is what the environment %j says, where no resource names it', (environment, expected) => {
    const name = new ServiceName({ environment })
    name.offer(resource('unknown_service:node'))
    expect(name.settle()?.name).toBe(expected)
    expect(name.isSettled).toBe(true)
  })

  it('is settled once: what was kept under one name is not kept under another', () => {
    const name = new ServiceName({ environment: {} })
    const heard: (string | undefined)[] = []
    name.onSettled(service => void heard.push(service?.name))
    name.settle()
    name.offer(resource('late'))
    name.onSettled(service => void heard.push(service?.name))
    expect(heard).toEqual([undefined, undefined])
  })

  it.each([null, undefined, 1, {}, { resource: null }, { _sharedState: 5 }, { getDelegate: () => null }])(
    'survives a provider that is %j',
    owner => {
      const name = new ServiceName({ environment: {} })
      name.offer(owner)
      expect(name.isSettled).toBe(false)
    },
  )
})
