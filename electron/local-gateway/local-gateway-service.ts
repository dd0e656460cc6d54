// placeholder until the local room lands; not committed
import type { LocalGateway } from './local-gateway.ts'
import { failure } from '../../shared/result.ts'
export function createLocalGateway(_options: object): LocalGateway {
  return {
    view: () => ({
      state: 'unknown',
      owner: null,
      service: null,
      port: null,
      version: null,
      openclawPath: null,
      nodePath: null,
      configFile: null,
      checkedAt: null,
      error: null,
      logTail: [],
    }),
    onChange: () => ({ dispose() {} }),
    look: () => Promise.resolve(),
    endpoint: () => Promise.reject(failure('local.not-running')),
    start: () => Promise.reject(failure('local.not-running')),
    stop: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}
