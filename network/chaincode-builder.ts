// The peer's external builder for a contract that runs as a service. What differs from one
// organisation to the next (address, TLS) comes from a folder that the peer's environment names,
// one file for each package label, so that packages hold none of it.
import { join, resolve } from 'node:path';
import { writeWhole } from './files.js';

const NAME = 'chartseal';
const CONNECTIONS = 'CHARTSEAL_CONNECTIONS';

/** Arguments as Fabric gives them; metadata.json is the line that chaincode-package writes. */
const SCRIPTS: Readonly<Record<string, string>> = {
  detect: `#!/bin/sh
# detect SOURCE METADATA: whether this builder is the one.
grep -q '"type":"ccaas"' "$2/metadata.json"
`,
  build: `#!/bin/sh
# build SOURCE METADATA OUTPUT: how this organisation's peer reaches its own service.
set -eu
label=$(sed -n 's/.*"label":"\\([A-Za-z0-9._-]*\\)".*/\\1/p' "$2/metadata.json")
if [ ! -f "$${CONNECTIONS}/$label.json" ]; then
  echo "no connection is known for the package $label" >&2
  exit 1
fi
cp "$${CONNECTIONS}/$label.json" "$3/connection.json"
`,
  release: `#!/bin/sh
# release BUILT RELEASED: where the peer looks for it.
set -eu
mkdir -p "$2/chaincode/server"
cp "$1/connection.json" "$2/chaincode/server/connection.json"
`,
};

const builderFolder = (stateFolder: string) => resolve(stateFolder, 'chaincode', 'builder');

/** Folder of an organisation's connection files, one `<label>.json` for each package. */
export function connectionsFolder(stateFolder: string, organisation: string): string {
  return resolve(stateFolder, 'chaincode', organisation, 'connections');
}

/** Writes the scripts. Before peers start. */
export async function writeChaincodeBuilder(stateFolder: string): Promise<void> {
  for (const [name, text] of Object.entries(SCRIPTS)) {
    await writeWhole(join(builderFolder(stateFolder), 'bin', name), text, 0o700);
  }
}

/** What the environment of an organisation's peer needs for it. */
export function builderEnvironment(
  stateFolder: string,
  organisation: string,
): Readonly<Record<string, string>> {
  const path = builderFolder(stateFolder);
  return {
    CORE_VM_ENDPOINT: '',
    CORE_CHAINCODE_EXTERNALBUILDERS: JSON.stringify([
      { name: NAME, path, propagateEnvironment: [CONNECTIONS] },
    ]),
    [CONNECTIONS]: connectionsFolder(stateFolder, organisation),
  };
}
