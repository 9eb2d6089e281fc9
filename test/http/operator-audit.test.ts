import { expect } from 'chai';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonObject } from '../../chaincode/core/json.js';
import { readAnswer } from '../../gateway/client/rows.js';
import type { ApiRequest } from '../../gateway/http/route.js';
import { OPERATOR_AUDIT_ROUTES } from '../../gateway/http/routes/operator-audit.js';
import type { GatewayServices } from '../../gateway/http/services.js';
import type { Hospital } from '../../gateway/services/hospital.js';
import { AuditSample, openData } from '../support/audit-sample.js';

const ASKED = { tool: 'test', paths: [], isLogOnly: false, isRestart: false, waitMs: 10_000 };
const FAULT = 'the table of entries cannot be walked';

/** As `target`, with members of another kind. */
function changed<T extends object>(target: T, members: Readonly<Record<string, unknown>>): T {
  return new Proxy(target, {
    get: (of, name) => {
      if (typeof name === 'string' && Object.hasOwn(members, name)) return members[name];
      const value: unknown = Reflect.get(of, name, of);
      return typeof value === 'function' ? value.bind(of) : value;
    },
  });
}

/** A hospital in which records cannot be counted for who watches; all else goes on. */
function uncountable(hospital: Hospital): Hospital {
  const { store } = hospital;
  const rowsAsFound = (...range: Parameters<typeof store.db.rowsAsFound>) => {
    const isCounting = new Error().stack?.includes('operator-audit.js');
    if (isCounting === true) throw new RangeError(FAULT);
    return store.db.rowsAsFound(...range);
  };
  return changed(hospital, { store: changed(store, { db: changed(store.db, { rowsAsFound }) }) });
}

describe('an audit for a command beside a gateway', function () {
  this.timeout(60_000);
  let sample: AuditSample;
  let hospital: Hospital;
  let folder: string;
  const loose: unknown[] = [];
  const onLoose = (error: unknown) => void loose.push(error);
  before(async () => {
    sample = await AuditSample.create();
    folder = sample.copy();
    hospital = await openData(folder);
    await hospital.sequencer.waitProven(10_000);
    process.prependListener('unhandledRejection', onLoose);
  });
  after(async () => {
    process.off('unhandledRejection', onLoose);
    await hospital.close();
    sample.drop(folder);
    sample.remove();
  });

  /** The rows of its answer, and the error with which it ended. */
  async function audit(of: Hospital, isWatched: boolean) {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    async function* stream(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`${JSON.stringify({ ...ASKED, isWatched })}\n`);
      await ended;
    }
    const [route] = OPERATOR_AUDIT_ROUTES;
    const request = { stream: stream(), signal: new AbortController().signal, values: {} };
    const answer = await route?.handle(
      request as unknown as ApiRequest,
      { hospital: of } as unknown as GatewayServices,
    );
    const rows: JsonObject[] = [];
    try {
      const told = readAnswer(answer?.body as AsyncIterable<Uint8Array>);
      for await (const several of told) rows.push(...(several as JsonObject[]));
      return { rows, error: undefined };
    } catch (error) {
      return { rows, error };
    } finally {
      end();
    }
  }

  it('tells who watches how many records there are', async () => {
    const { rows, error } = await audit(hospital, true);
    expect(rows.filter(({ total }) => total !== undefined)).to.have.length(1);
    expect(error).to.equal(undefined);
  });

  it('ends no gateway where they cannot be counted, and tells that at its end', async () => {
    const { rows, error } = await audit(uncountable(hospital), true);
    expect(loose).to.deep.equal([]);
    expect(rows.filter(({ answer }) => answer !== undefined)).to.not.deep.equal([]);
    expect(error).to.be.instanceOf(ChartsealError).with.property('code', 'GATEWAY_FAILED');
    expect(String(error)).to.include('UNEXPECTED');
  });

  it('counts nothing where nobody watches', async () => {
    const { rows, error } = await audit(uncountable(hospital), false);
    expect(rows.some(({ total }) => total !== undefined)).to.equal(false);
    expect(error).to.equal(undefined);
  });
});
