import { BlockList, isIP } from 'node:net'

/** Networks of one's own, where the OpenClaw client allows plain ws:// too. */
const ownNetworks = new BlockList()
ownNetworks.addSubnet('127.0.0.0', 8, 'ipv4')
ownNetworks.addSubnet('10.0.0.0', 8, 'ipv4')
ownNetworks.addSubnet('172.16.0.0', 12, 'ipv4')
ownNetworks.addSubnet('192.168.0.0', 16, 'ipv4')
ownNetworks.addSubnet('169.254.0.0', 16, 'ipv4')
// Carrier-grade NAT: what a tailnet hands out.
ownNetworks.addSubnet('100.64.0.0', 10, 'ipv4')
ownNetworks.addAddress('::1', 'ipv6')
ownNetworks.addSubnet('fc00::', 7, 'ipv6')
ownNetworks.addSubnet('fe80::', 10, 'ipv6')

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** True where a plain ws:// connection shows the token to nobody outside one's own network. `host` without brackets. */
export function plaintextAllowed(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '')
  if (isLoopback(name)) return true
  const family = isIP(name)
  if (family !== 0) return ownNetworks.check(name, family === 4 ? 'ipv4' : 'ipv6')
  return name.endsWith('.local') || name.endsWith('.ts.net')
}

/** True for this computer itself. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '')
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  const family = isIP(name)
  return family !== 0 && loopback.check(name, family === 4 ? 'ipv4' : 'ipv6')
}
