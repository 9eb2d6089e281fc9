import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ChartsealError, type ErrorCode } from '../../chaincode/core/errors.js';
import { GatewayConnection } from '../../gateway/client/connection.js';
import { RemoteDoor } from '../../gateway/client/remote-door.js';
import { formatOperator, OPERATOR_HEADER } from '../../gateway/client/wire.js';
import { createDataFolder } from '../../gateway/data/create.js';
import { NO_SOURCES } from '../../gateway/fhir/sources.js';
import { readKeptRecord } from '../../gateway/http/failed-record.js';
import { findGateway } from '../../gateway/operation/run-file.js';
import type { DigestResult } from '../../gateway/services/digest.js';
import type { HospitalDoor } from '../../gateway/services/door/door.js';
import { OwnDoor } from '../../gateway/services/door/own-door.js';
import {
  type FailedPage,
  type FailedReport,
  failedPage,
} from '../../gateway/services/feed/failed-report.js';
import { type RetryOutcome, retryFailed } from '../../gateway/services/feed/failed-retry.js';
import { auditReader } from '../../gateway/services/feed/read-audit.js';
import { openHospital } from '../../gateway/services/hospital.js';
import { runFolders } from '../../gateway/services/ingest-run.js';
import { recordIdOf } from '../../gateway/services/record-id.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { GatewayPlace } from '../support/gateway-place.js';
import { ask } from '../support/loopback-request.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

/** An ingest of a command, and the same archive as an archivist sees it. */
interface Place {
  ingest<T>(act: (door: HospitalDoor) => Promise<T>): Promise<T>;
  list(): Promise<readonly FailedReport[]>;
  retry(id: number): Promise<RetryOutcome>;
  close(): Promise<void>;
}

class PlaceAlone implements Place {
  readonly folder = newTempFolder();
  readonly #data = join(this.folder, 'data');

  async create(): Promise<this> {
    await createDataFolder({
      folder: this.#data,
      origin: 'hospital-a.example/archive',
      mspId: 'HospitalMSP',
      description: 'test',
      recordLabels: 'hmac',
      patientSystems: [],
    });
    return this;
  }

  async ingest<T>(act: (door: HospitalDoor) => Promise<T>): Promise<T> {
    const door = await OwnDoor.open({ folder: this.#data, operator: 'cli:test' });
    try {
      return await act(door);
    } finally {
      await door.close();
    }
  }

  async #open<T>(act: (hospital: Awaited<ReturnType<typeof openHospital>>) => Promise<T>) {
    const hospital = await openHospital({ folder: this.#data, operator: 'test' });
    try {
      return await act(hospital);
    } finally {
      await hospital.close();
    }
  }

  list(): Promise<readonly FailedReport[]> {
    return this.#open(async (hospital) => (await failedPage(hospital, 0, 100)).failed);
  }

  retry(id: number, signal = new AbortController().signal): Promise<RetryOutcome> {
    const readers = { audit: auditReader(NO_SOURCES), record: readKeptRecord };
    return this.#open((hospital) => retryFailed(hospital, id, readers, signal));
  }

  async close(): Promise<void> {
    removeTempFolder(this.folder);
  }
}

class PlaceBeside implements Place {
  readonly #gateway: GatewayPlace;
  readonly #url: string;
  readonly #token: string;
  readonly #connection: GatewayConnection;

  private constructor(gateway: GatewayPlace, url: string, token: string) {
    this.#gateway = gateway;
    this.#url = url;
    this.#token = token;
    this.#connection = new GatewayConnection({
      url,
      token,
      headers: { [OPERATOR_HEADER]: formatOperator('cli:test') },
    });
  }

  static async create(): Promise<PlaceBeside> {
    const gateway = await GatewayPlace.create();
    await gateway.open();
    const { url = '', token = '' } = (await findGateway(gateway.data)) ?? {};
    return new PlaceBeside(gateway, url, token);
  }

  async ingest<T>(act: (door: HospitalDoor) => Promise<T>): Promise<T> {
    return act(await RemoteDoor.open(this.#connection, this.#gateway.data));
  }

  async #ask<T>(path: string, body?: string): Promise<T> {
    const headers = { authorization: `Bearer ${this.#token}` };
    const sent = body === undefined ? { headers } : { headers, body };
    const { status, text } = await ask(new URL(path, this.#url), sent);
    expect(status, text).to.equal(200);
    return JSON.parse(text) as T;
  }

  async list(): Promise<readonly FailedReport[]> {
    return (await this.#ask<FailedPage>('/v1/archive/failed')).failed;
  }

  retry(id: number): Promise<RetryOutcome> {
    return this.#ask<RetryOutcome>(`/v1/archive/failed/${id}/retry`, '');
  }

  /** Names of files are nobody's in logs. */
  async close(): Promise<void> {
    expect(this.#gateway.lines.join('\n')).to.not.include('CANARY');
    this.#connection.close();
    await this.#gateway.remove();
  }
}

const KINDS: Readonly<Record<string, () => Promise<Place>>> = {
  alone: () => new PlaceAlone().create(),
  'beside a gateway': () => PlaceBeside.create(),
};

for (const [kind, create] of Object.entries(KINDS)) {
  describe(`files that an ingest ${kind} could not anchor`, () => {
    let place: Place;
    let archive: string;

    beforeEach(async () => {
      place = await create();
      archive = join(newTempFolder(), 'CANARY');
      mkdirSync(join(archive, 'sub'), { recursive: true });
    });
    afterEach(async () => {
      removeTempFolder(join(archive, '..'));
      await place.close();
    });

    const options = {
      category: 'inpatient',
      moved: false,
      recordId: (file: { relative: string; folder: string }) => recordIdOf(file),
    };
    const run = (paths: readonly string[]) =>
      place.ingest(async (door) => {
        const states: string[] = [];
        const outcomes = runFolders(door.anchor(options), { paths });
        for await (const several of outcomes) states.push(...several.map(({ state }) => state));
        const { counts } = await door.standing();
        return { states: states.sort(), accepted: counts.accepted };
      });
    const accepted = () => place.ingest(async (door) => (await door.standing()).counts.accepted);
    /** As the walk and the reading of files give what they cannot read. */
    const fail = (code: ErrorCode, relative: string, path = Buffer.from(join(archive, relative))) =>
      place.ingest(async (door) => {
        const file = { kind: 'file', path, relative, folder: 'CANARY' } as const;
        const error = new ChartsealError(code, 'why it could not be read');
        async function* batches(): AsyncGenerator<readonly DigestResult[]> {
          yield [{ file, error }];
        }
        for await (const outcomes of door.anchor(options)(batches())) {
          expect(outcomes.map(({ state }) => state)).to.deep.equal(['failed']);
        }
      });
    const one = async (): Promise<FailedReport> => {
      const failed = await place.list();
      expect(failed).to.have.length(1);
      return failed[0] as FailedReport;
    };

    it('are shown with path and cause, and go when a later ingest anchors them', async () => {
      await fail('FILE_UNREADABLE', 'sub/a.txt');
      await fail('FILE_UNREADABLE', 'sub/a.txt');
      const { id, receivedAt, ...rest } = await one();
      expect([id, Number.isNaN(Date.parse(receivedAt))]).to.deep.equal([1, false]);
      expect(rest).to.deep.equal({
        kind: 'file',
        tries: 0,
        code: 'FILE_UNREADABLE',
        message: 'why it could not be read',
        hint: 'Give the user who runs Chartseal the right to read it.',
        path: join(archive, 'sub/a.txt'),
        record: 'CANARY/sub/a.txt',
      });
      writeFileSync(join(archive, 'sub', 'a.txt'), 'at last');
      expect((await run([archive])).states).to.deep.equal(['anchored']);
      expect(await place.list()).to.deep.equal([]);
    });

    it('are read again when they are tried again, as the ingest would have', async () => {
      await fail('FILE_UNREADABLE', 'sub/a.txt');
      const { id } = await one();
      const missing = await place.retry(id);
      expect(missing).to.deep.include({ state: 'refused', code: 'FILE_MISSING' });
      expect(await one()).to.include({ id, tries: 1, code: 'FILE_MISSING' });
      expect(await accepted()).to.equal(0);
      writeFileSync(join(archive, 'sub', 'a.txt'), '');
      expect(await place.retry(id)).to.include({ state: 'refused', code: 'BAD_INPUT' });
      expect(await accepted()).to.equal(0);
      writeFileSync(join(archive, 'sub', 'a.txt'), 'at last');
      if (place instanceof PlaceAlone) {
        const alone = place;
        await expectCodeAsync(() => alone.retry(id, AbortSignal.abort()), 'SHUTTING_DOWN');
        expect(await one()).to.include({ id, tries: 2, code: 'BAD_INPUT' });
      }
      expect(await place.retry(id)).to.deep.equal({ state: 'accepted' });
      expect(await place.list()).to.deep.equal([]);
      // The same as an ingest anchors, who therefore has nothing to do.
      expect(await run([archive])).to.deep.equal({ states: ['unchanged'], accepted: 1 });
    });

    // Opening and closing takes a command alone its time; the rest is the same for both.
    if (kind === 'alone') return;

    it('stay when another file has their record', async () => {
      writeFileSync(join(archive, 'a.txt'), 'one');
      const other = join(archive, '..', 'other', 'CANARY');
      mkdirSync(other, { recursive: true });
      writeFileSync(join(other, 'a.txt'), 'two');
      await run([archive]);
      expect((await run([other])).states).to.deep.equal(['failed']);
      const { id, code } = await one();
      expect(code).to.equal('RECORD_ID_TAKEN');
      expect((await run([archive])).states).to.deep.equal(['unchanged']);
      const again = await place.retry(id);
      expect(again).to.include({ state: 'refused', code: 'RECORD_ID_TAKEN' });
      expect(await one()).to.include({ id, tries: 1, path: join(other, 'a.txt') });
      expect(await accepted()).to.equal(1);
    });

    it('may be folders, which go when something in them is anchored', async () => {
      await fail('FILE_UNREADABLE', 'sub');
      const { id } = await one();
      expect(await place.retry(id)).to.include({ state: 'refused', code: 'FILE_CHANGED' });
      writeFileSync(join(archive, 'b.txt'), 'beside it');
      await run([archive]);
      expect(await one()).to.include({ id, tries: 1 });
      writeFileSync(join(archive, 'sub', 'a.txt'), 'in it');
      await run([archive]);
      expect(await place.list()).to.deep.equal([]);
    });

    it('that the walk cannot name are told from others, and can only be given up', async () => {
      const path = Buffer.concat([Buffer.from(`${archive}/`), Buffer.from([0x61, 0xff])]);
      writeFileSync(path, 'x');
      expect((await run([archive, join(archive, 'gone')])).states).to.deep.equal([
        'failed',
        'failed',
      ]);
      const failed = await place.list();
      expect(failed.map(({ code, path: shown }) => [code, shown])).to.have.deep.members([
        ['NAME_NOT_UTF8', `${archive}/a\\xff`],
        ['FILE_MISSING', join(archive, 'gone')],
      ]);
      for (const { id, code } of failed) {
        for (const _time of [1, 2]) {
          const { state, ...why } = await place.retry(id);
          expect([state, 'code' in why && why.code]).to.deep.equal(['refused', code]);
          const words = 'message' in why ? why.message : '';
          const advice = words.match(/run the ingest over it again/g) ?? [];
          // A missing file can be read when it is there again; one without a name cannot.
          expect(advice).to.have.length(code === 'NAME_NOT_UTF8' ? 1 : 0);
        }
        await place.ingest((door) => door.feed.discard(id));
      }
      expect(await place.list()).to.deep.equal([]);
      expect(await accepted()).to.equal(0);
    });
  });
}
