import path from 'node:path'
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses'

/**
 * Every fuse of Electron, set on purpose. Strict: a fuse that a later Electron adds breaks the packing until it is
 * decided here. (electron-builder's own `electronFuses` knows eight and has no strict mode.)
 */
const fuses = {
  // The app is no Node.js for others, and nobody attaches a debugger or options to it from outside.
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  // Only our own, unchanged archive is run (checked on macOS and Windows).
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  // Pages come from app://, so file: needs no special rights.
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  // No cookie is kept; encrypting them would open the keychain at every start.
  [FuseV1Options.EnableCookieEncryption]: false,
  [FuseV1Options.WasmTrapHandlers]: true,
}

/** Sets the fuses of the packed app before it is signed. */
export default async function afterPack({ appOutDir, packager, electronPlatformName, arch }) {
  const { productFilename } = packager.appInfo
  const programs = {
    darwin: `${productFilename}.app`,
    mas: `${productFilename}.app`,
    win32: `${productFilename}.exe`,
    linux: packager.executableName,
  }
  const arm64 = 3 // builder-util's Arch
  await flipFuses(path.join(appOutDir, programs[electronPlatformName]), {
    version: FuseVersion.V1,
    strictlyRequireAllFuses: true,
    // Apple silicon runs nothing unsigned, and flipping breaks the signature Electron came with.
    resetAdHocDarwinSignature: electronPlatformName === 'darwin' && arch === arm64,
    ...fuses,
  })
}
