import manifest from '../../package.json' with { type: 'json' }

/** Version of this app, as the package says. */
export const appVersion: string = manifest.version
