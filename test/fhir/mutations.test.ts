import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonObject, JsonValue } from '../../chaincode/core/json.js';
import { readFhirBody } from '../../gateway/fhir/bundle.js';
import { FhirIssue } from '../../gateway/fhir/fhir-issue.js';
import { operationOutcome, outcomeOfError } from '../../gateway/fhir/operation-outcome.js';
import { readAuditEvent } from '../../gateway/fhir/read-audit-event.js';
import { parseAccessSubmission } from '../../gateway/services/submission.js';
import { EVENTS, EVIDENCE, SOURCES } from './fhir-cases.js';

type Path = readonly (string | number)[];

/** Every place in a value, the value itself too. */
function placesOf(value: JsonValue, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [at, ...members.flatMap(([name, member]) => placesOf(member, [...at, name]))];
}

function setAt(value: JsonValue, [name, ...rest]: Path, to: JsonValue | undefined): JsonValue {
  if (name === undefined) return to ?? null;
  if (Array.isArray(value)) {
    const list = [...value];
    if (rest.length === 0 && to === undefined) list.splice(Number(name), 1);
    else list[Number(name)] = setAt(list[Number(name)] as JsonValue, rest, to);
    return list;
  }
  const object: Record<string, JsonValue> = { ...(value as JsonObject) };
  if (rest.length === 0 && to === undefined) delete object[name];
  else object[name] = setAt(object[name] as JsonValue, rest, to);
  return object;
}

/** What hostile senders put in the place of anything. */
const odd: fc.Arbitrary<JsonValue | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom<JsonValue[]>(
    null,
    true,
    0,
    -1.5,
    '',
    ' ',
    'x'.repeat(300),
    'x'.repeat(5000),
    '\0',
    '\ud800',
    '__proto__',
    '2026-02-31T00:00:00Z',
    '9999-12-31T23:59:60-14:00',
    'Patient/1',
    'https://ehr.example/fhir/Patient/1',
    'Bearer aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    [],
    [[]],
    {},
    [null],
    { coding: [{ code: 'BTG' }] },
    { toString: 1, constructor: null, hasOwnProperty: [] },
    { identifier: { system: 's', value: 'v' } },
  ),
  fc.string({ unit: 'binary' }),
  fc.base64String(),
  fc.double({ noNaN: true }),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>,
);

const mutated = fc
  .tuple(
    fc.constantFrom(...EVENTS.map(({ resource }) => resource)),
    fc.array(fc.tuple(fc.nat(), odd, fc.option(fc.string({ maxLength: 12 }))), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([resource, changes]) =>
    changes.reduce<JsonValue>((value, [pick, to, name]) => {
      const places = placesOf(value);
      const place = places[pick % places.length] as Path;
      // Under a name of its own beside what is there, or in its place.
      return name === null || place.length === 0
        ? setAt(value, place, to)
        : setAt(
            value,
            [...place.slice(0, -1), ...(typeof place.at(-1) === 'string' ? [name] : [0])],
            to,
          );
    }, resource),
  );

/** Nothing but an issue with an element of the resource; what was read fits an entry. */
function read(resource: JsonValue, strict: boolean): 'taken' | 'refused' {
  try {
    const events = readAuditEvent(resource, SOURCES, EVIDENCE, { strict });
    expect(events).to.have.length.above(0);
    for (const event of events) {
      parseAccessSubmission(event as unknown as JsonValue);
      canonicalBytes(event);
      expect(event.source.evidenceDigest).to.equal(EVIDENCE);
    }
    return 'taken';
  } catch (error) {
    if (!(error instanceof FhirIssue)) throw error;
    expect(error.expression).to.match(/^AuditEvent(\._?[A-Za-z]+(\[\d+\])?)*$/);
    expect(outcomeOfError(error).issue[0]).to.include({ severity: 'error', code: error.issueType });
    return 'refused';
  }
}

describe('a mutated AuditEvent', () => {
  it('is taken or refused with its element, a thousand times', () => {
    const counts = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(mutated, fc.boolean(), (resource, strict) => {
        counts[read(resource, strict)]++;
      }),
      { numRuns: 1000 },
    );
    expect(counts.taken).to.be.above(10);
    expect(counts.refused).to.be.above(300);
  });

  it('reads the same each time, and leaves the resource as it is', () => {
    fc.assert(
      fc.property(mutated, (resource) => {
        const before = JSON.stringify(resource);
        read(resource, false);
        expect(JSON.stringify(resource)).to.equal(before);
      }),
      { numRuns: 200 },
    );
  });

  it('never breaks the reader of bodies, as bytes in a Bundle or alone', () => {
    const body = fc.tuple(mutated, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }));
    const types = fc.constantFrom('batch', 'transaction', 'collection', 'history');
    fc.assert(
      fc.property(body, types, fc.boolean(), ([resource, flips], type, alone) => {
        const request = { method: 'POST', url: 'AuditEvent' };
        const bundle = { resourceType: 'Bundle', type, entry: [{ resource, request }] };
        const bytes = Buffer.from(JSON.stringify(alone ? resource : bundle) ?? 'null');
        for (const [at, to] of flips) bytes[at % bytes.length] = to;
        try {
          const read = readFhirBody(bytes, 'the body', 1024 * 1024);
          const parts = read.kind === 'bundle' ? read.parts : [read.part];
          for (const { digest } of parts) expect(digest).to.have.lengthOf(64);
        } catch (error) {
          if (!(error instanceof ChartsealError)) throw error;
          expect(error.code).to.be.oneOf(['BAD_JSON', 'BAD_INPUT', 'TOO_LARGE']);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('an AuditEvent with texts of a million characters', () => {
  // Patterns that walk them more than once would not come to an end.
  const million = 1_000_000;
  const { resource } = EVENTS[0] as (typeof EVENTS)[number];
  const texts: Readonly<Record<string, string>> = {
    spaces: `A${' '.repeat(million)}!`,
    slashes: `https://a${'/'.repeat(million)}x`,
    'words of one letter': `${'a '.repeat(million / 2)} `,
    'a token without end': `eyJ${'a'.repeat(million)}`,
    'a token of many parts': 'eyJ.'.repeat(million / 4),
    'a bearer of nothing': `Bearer${' '.repeat(million)}`,
    'many patients': `https://ehr.example/fhir/Observation?patient=${'1,'.repeat(million / 2)}`,
    'many versions': `${'/_history/'.repeat(million / 10)}x/`,
    bars: 'a|'.repeat(million / 2),
  };
  for (const [name, text] of Object.entries(texts)) {
    it(`is read or refused like any other: ${name}`, () => {
      const texted = placesOf(resource).filter((place) => place.length > 0);
      const members = texted.filter((place) => !/^\d+$/.test(String(place.at(-1))));
      const query = Buffer.from(text).toString('base64');
      for (const place of members) read(setAt(resource, place, text), false);
      for (const one of [text, query]) {
        read(setAt(resource, ['entity', 2], { query: one, role: { code: '24' } }), false);
      }
    });
  }
});

describe('an OperationOutcome', () => {
  it('says the code, the element, and what to do next', () => {
    const issue = new FhirIssue('EVENT_NOT_MAPPED', 'code-invalid', 'AuditEvent.agent[0]', 'why');
    expect(outcomeOfError(issue)).to.deep.equal({
      resourceType: 'OperationOutcome',
      issue: [
        {
          severity: 'error',
          code: 'code-invalid',
          details: {
            coding: [{ system: 'urn:chartseal:error-code', code: 'EVENT_NOT_MAPPED' }],
            text: 'AuditEvent.agent[0]: why',
          },
          diagnostics: issue.hint,
          expression: ['AuditEvent.agent[0]'],
        },
      ],
    });
  });

  it('has an issue type for every status', () => {
    const codeOf = (error: ChartsealError) => outcomeOfError(error).issue[0]?.code;
    expect(codeOf(new ChartsealError('NOT_FOUND', 'x'))).to.equal('not-found');
    expect(codeOf(new ChartsealError('ACCESS_DENIED', 'x'))).to.equal('forbidden');
    expect(codeOf(new ChartsealError('BAD_JSON', 'x'))).to.equal('structure');
    expect(codeOf(new ChartsealError('STORE_CORRUPT', 'x'))).to.equal('exception');
    const told = operationOutcome([
      { severity: 'information', issueType: 'informational', message: 'all is well' },
    ]);
    expect(told.issue).to.deep.equal([
      { severity: 'information', code: 'informational', details: { text: 'all is well' } },
    ]);
  });
});
