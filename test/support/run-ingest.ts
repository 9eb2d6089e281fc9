// One run over folders into an open store, as the command does through its door.
import { Ingest, type IngestOptions } from '../../gateway/services/ingest.js';
import {
  type FoldersOptions,
  type RunOutcome,
  runFolders,
} from '../../gateway/services/ingest-run.js';

export function runIngest(
  services: ConstructorParameters<typeof Ingest>[0],
  options: IngestOptions & FoldersOptions,
): AsyncGenerator<readonly RunOutcome[]> {
  return runFolders((batches) => new Ingest(services, options).run(batches), options);
}
