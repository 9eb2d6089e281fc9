// Scripts that answer as Fabric's programs and as the go command do, for tests of where programs
// are looked for; nothing is built and nothing comes from a registry.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const FABRIC_NAMES = ['peer', 'orderer', 'configtxgen', 'cryptogen', 'osnadmin'];
export const CA_NAME = 'fabric-ca-server';

export function writeScript(folder: string, name: string, body: string): void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}

export function writePrograms(folder: string, names: readonly string[], version: string): void {
  for (const name of names) {
    writeScript(folder, name, `echo '${name}:'; echo ' Version: ${version}'; echo ' OS/Arch: any'`);
  }
}

/**
 * A go command that "builds" programs saying the version that its linker flags give, or 1.5.15.
 * @param before what the shell does first when it is to build
 */
export function writeGo(folder: string, moduleFolder: string, before = ''): void {
  mkdirSync(moduleFolder, { recursive: true });
  writeFileSync(join(moduleFolder, 'Makefile'), 'FABRIC_VER ?= 3.0.0\n');
  const answer = JSON.stringify({
    Dir: moduleFolder,
    Version: 'v1.4.0-20230405174026-695dd57e01c2',
  });
  writeScript(
    folder,
    'go',
    `case "$1" in
mod) echo '${answer}' ;;
list) echo one; echo two ;;
build)
  ${before}
  version=1.5.15
  while [ $# -gt 0 ]; do
    case "$1" in
    -ldflags) version=\${2##*=}; shift ;;
    -o) out=$2; shift ;;
    github.com/*)
      name=\${1##*/}
      printf '#!/bin/sh\\necho " Version: %s"\\n' "$version" > "$out$name"
      chmod 755 "$out$name" ;;
    esac
    shift
  done ;;
esac`,
  );
}
