import { expect } from 'chai';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { RequestFacts } from '../../gateway/http/observer.js';
import { errorFacts } from '../../gateway/operation/error-facts.js';
import { GatewayLog } from '../../gateway/operation/log.js';

const SECRET = '王小明 P1001';

function facts(changes: Partial<RequestFacts> = {}): RequestFacts {
  return {
    requestId: '00000000-0000-4000-8000-000000000000',
    listener: 'people',
    route: '/v1/records/{id}',
    method: 'GET',
    status: 200,
    code: undefined,
    reason: undefined,
    durationMs: 1.23456,
    bytesIn: 0,
    bytesOut: 10,
    roles: ['archivist'],
    isCut: false,
    ...changes,
  };
}

describe('the log of the gateway', () => {
  let lines: string[];
  let log: GatewayLog;
  beforeEach(() => {
    lines = [];
    log = new GatewayLog('debug', { write: (line) => void lines.push(line) });
  });
  const last = () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>;

  it('has exactly the members of its list for a request, whatever else the facts hold', () => {
    const more = { ...facts(), url: `/v1/records/${SECRET}`, headers: { authorization: SECRET } };
    log.answered(more);
    const { time, ...rest } = last();
    expect(time).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(rest).to.deep.equal({
      level: 'info',
      event: 'request',
      requestId: '00000000-0000-4000-8000-000000000000',
      listener: 'people',
      route: '/v1/records/{id}',
      method: 'GET',
      status: 200,
      ms: 1.2,
      bytesIn: 0,
      bytesOut: 10,
      roles: ['archivist'],
    });
  });

  it('calls a method that HTTP does not know other, and a path that fits no route null', () => {
    log.answered(facts({ method: `GET\n{"level":"forged"}`, route: undefined, status: 404 }));
    expect(last()).to.include({ method: 'other', route: null });
    expect(lines).to.have.length(1);
  });

  it('writes one line for each event: no text of an error makes a second', () => {
    log.event('tls-kept', {
      error: new ChartsealError('CONFIG_INVALID', 'a\n{"level":"x"}\r\u2028b'),
    });
    expect(lines).to.have.length(1);
    expect(lines[0]?.trimEnd()).to.not.match(/[\r\n]/);
    expect(last()['error']).to.include({ code: 'CONFIG_INVALID' });
  });

  it('shows of an error that is not ours its class and where it was thrown, never its text', () => {
    class PatientError extends TypeError {}
    log.failed('r', new PatientError(SECRET));
    const { error } = last() as { error: { type: string; frames: string[] } };
    expect(error.type).to.equal('PatientError');
    expect(error.frames[0]).to.match(/^at .*log\.test\.[jt]s:\d+:\d+\)?$/);
    expect(lines.join()).to.not.include('P1001');
  });

  it('is not deceived by a text that looks like frames, by a text that changes, or by no text', () => {
    const forged = new Error(`x\n    at ${SECRET} (/a.js:1:1)`);
    const changed = new Error('before');
    changed.message = 'after';
    const renamed = Object.assign(new Error('x'), { stack: `Error: x\n    at ${SECRET}` });
    const hollow = Object.assign(new Error(''), { stack: `Error\n${SECRET}\n    at /a.js:1:1` });
    const odd = Object.assign(new Error('y'), { code: SECRET, name: SECRET });
    for (const error of [
      forged,
      changed,
      renamed,
      hollow,
      odd,
      SECRET,
      { message: SECRET },
      null,
    ]) {
      log.event('unexpected', { error });
    }
    expect(lines.join()).to.not.include('P1001');
    expect(errorFacts(renamed)).to.deep.equal({ type: 'Error' });
    expect(errorFacts(forged).frames?.[0]).to.match(/log\.test/);
  });

  it('follows causes, coded ones with what they say and others without, only so far', () => {
    const cause = new Error(SECRET, {
      cause: Object.assign(new Error(SECRET), { code: 'ENOSPC' }),
    });
    const shown = errorFacts(new ChartsealError('STORE_FAILED', 'the store', { cause }));
    expect(shown).to.include({ code: 'STORE_FAILED', message: 'the store' });
    expect(shown.cause?.cause?.code).to.equal('ENOSPC');
    expect(JSON.stringify(shown)).to.not.include('P1001');
    const round = new Error('x');
    round.cause = round;
    expect(JSON.stringify(errorFacts(round)).match(/"type"/g)).to.have.length(5);
  });

  it('tells what machines ask every few seconds only when it is asked for everything', () => {
    log.answered(facts({ route: '/readyz' }));
    expect(last()['level']).to.equal('debug');
    log.answered(facts({ route: '/readyz', status: 503 }));
    expect(last()['level']).to.equal('warn');
    log.answered(facts({ status: 500, code: 'UNEXPECTED' }));
    expect(last()).to.include({ level: 'error', code: 'UNEXPECTED' });
  });
});
