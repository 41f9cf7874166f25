import { describe, expect, test } from 'vitest'
import { checkUrl, classifyAddress } from './addresses.js'

describe('classifyAddress()', () => {
  test.each([
    ['8.8.8.8', 'public'],
    ['2606:4700:4700::1111', 'public'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['[::1]', 'loopback'],
    ['0.0.0.0', 'reserved'],
    ['::', 'reserved'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['169.254.169.254', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['fc00::1', 'private'],
    ['fd12:3456::1', 'private'],
    ['224.0.0.1', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['240.0.0.1', 'reserved'],
    ['ff02::1', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['192.0.2.1', 'reserved'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['::ffff:8.8.8.8', 'public'],
    ['::127.0.0.1', 'loopback'],
    ['64:ff9b::127.0.0.1', 'loopback'],
    ['64:ff9b::8.8.8.8', 'public'],
    ['64:ff9b:1::a00:1', 'private'],
    ['2002:7f00:1::', 'loopback'],
    ['2002:0a00:0001::', 'private'],
    ['fe80::5efe:127.0.0.1', 'loopback'],
    ['2001:4860::5efe:10.0.0.1', 'private'],
    ['2001:db8::1', 'reserved'],
    ['2001:0:7f00:1::', 'reserved'],
    ['0x7f000001', 'loopback'],
    ['017700000001', 'loopback'],
    ['2130706433', 'loopback'],
    ['127.1', 'loopback'],
    ['example.com', undefined],
    ['', undefined],
  ])('of %s is %s', (address, kind) => expect(classifyAddress(address)).toBe(kind))
})

describe('checkUrl()', () => {
  test.each([
    ['https://example.com/', 'allowed'],
    ['http://example.com:8080/a?b', 'allowed'],
    ['https://8.8.8.8/', 'allowed'],
    ['http://127.0.0.1/', 'refused'],
    ['http://127.1/', 'refused'],
    ['http://0x7f.0.0.1/', 'refused'],
    ['http://0177.0.0.1/', 'refused'],
    ['http://2130706433/', 'refused'],
    ['http://[::1]/', 'refused'],
    ['http://[::ffff:127.0.0.1]/', 'refused'],
    ['http://[64:ff9b::7f00:1]/', 'refused'],
    ['http://0/', 'refused'],
    ['http://169.254.169.254/latest/meta-data/', 'refused'],
    ['http://①②⑦.0.0.1/', 'refused'],
    ['http://localhost/', 'refused'],
    ['http://LOCALHOST./', 'refused'],
    ['http://a.localhost/', 'refused'],
    ['http://printer.local/', 'refused'],
    ['http://metadata.google.internal/', 'refused'],
    ['http://intranet/', 'refused'],
    ['http://user:pass@example.com/', 'refused'],
    ['http://user@example.com/', 'refused'],
    ['file:///etc/passwd', 'refused'],
    ['gopher://example.com/', 'refused'],
    ['ftp://example.com/', 'refused'],
    ['data:text/plain,x', 'refused'],
    ['javascript:alert(1)', 'refused'],
    ['example.com', 'refused'],
    ['https://example.com:22/', 'refused'],
    ['https://example.com:6379/', 'refused'],
    ['', 'refused'],
  ])('of %s is %s', (url, status) => expect(checkUrl(url)).toMatchObject({ status }))

  test('lets through what the operator allows, with its port only if one is given', () => {
    expect(checkUrl('http://127.0.0.1:9000/', { allowHosts: ['127.0.0.1:9000'] })).toMatchObject({
      status: 'allowed',
      trusted: true,
    })
    expect(checkUrl('http://127.0.0.1:9001/', { allowHosts: ['127.0.0.1:9000'] })).toMatchObject({ status: 'refused' })
    expect(checkUrl('http://localhost:9001/', { allowHosts: ['localhost'] })).toMatchObject({ status: 'allowed' })
    expect(checkUrl('ftp://localhost/', { allowHosts: ['localhost'] })).toMatchObject({ status: 'refused' })
  })
})
