/**
 * The dependency law (docs/architecture.md): who may import whom.
 * @type {import('dependency-cruiser').IConfiguration}
 */
export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'shared-imports-only-its-schema-library',
      severity: 'error',
      from: { path: '^shared/' },
      to: { pathNot: '^shared/|^node_modules/zod/' },
    },
    {
      name: 'core-is-electron-free',
      severity: 'error',
      from: { path: '^electron/', pathNot: '^electron/(main|preload)\\.ts$|^electron/desktop/' },
      to: { path: '^node_modules/electron/|^electron$|^electron/(main|preload)\\.ts$|^electron/desktop/' },
    },
    {
      name: 'renderer-imports-shared-and-browser-libraries',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^electron/|^tests/|^build/' },
    },
    {
      name: 'renderer-has-no-node',
      severity: 'error',
      from: { path: '^renderer/', pathNot: 'vite\\.config' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'nothing-imports-renderer',
      severity: 'error',
      from: { path: '^(shared|electron|build)/' },
      to: { path: '^renderer/' },
    },
    {
      name: 'nothing-ships-tests',
      severity: 'error',
      from: { path: '^(shared|electron|renderer)/' },
      to: { path: '^tests/' },
    },
    {
      name: 'preload-stands-alone',
      severity: 'error',
      from: { path: '^electron/preload\\.ts$' },
      to: { pathNot: '^shared/|^node_modules/(electron|zod)/|^electron$' },
    },
    {
      name: 'one-place-for-child-process',
      severity: 'error',
      from: { path: '^(electron|renderer|shared)/', pathNot: '^electron/platform/spawn\\.ts$' },
      to: { path: '^(node:)?child_process$' },
    },
    {
      name: 'one-place-for-the-keychain',
      severity: 'error',
      from: { path: '^(electron|renderer|shared)/', pathNot: '^electron/secrets/keychain\\.ts$' },
      to: { path: '@napi-rs/keyring' },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
