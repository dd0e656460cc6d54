import ssh2 from 'ssh2'

/**
 * The values of ssh2, which is CommonJS: several of its names cannot be imported one by one under Node's own loader.
 * Types come from 'ssh2' itself.
 */
export const { BaseAgent, Client, OpenSSHAgent, Server, utils } = ssh2
