// Counts events and keeps refused ones aside as fast as it can, and tells what it was answered:
// to be killed in the middle of that.
import { writeSync } from 'node:fs';
import { Feed } from '../../gateway/services/feed/feed.js';

const LOG_ID = 'ab'.repeat(32);
const STDOUT = 1;

async function write(folder: string): Promise<void> {
  const feed = new Feed({ folder, logId: LOG_ID });
  const source = { via: 'fhir', system: 'emr', caller: { id: 'emr-1', mspId: 'A' } } as const;
  const cause = { code: 'BAD_INPUT', message: 'no' } as const;
  for (let at = 0; ; at++) {
    await Promise.all(Array.from({ length: 5 }, () => feed.arrived(source, 'accepted')));
    writeSync(STDOUT, 'counted\n');
    const bytes = Buffer.from(`event ${at}`);
    const mediaType = 'application/fhir+json';
    const id = await feed.keepAside({ source, receivedAt: at, bytes, mediaType, cause });
    writeSync(STDOUT, `kept ${id} ${at}\n`);
    if (at % 3 === 0) {
      await feed.settle(id, 'replayed');
      writeSync(STDOUT, `settled ${id}\n`);
    }
  }
}

if (require.main === module) void write(process.argv[2] as string);
