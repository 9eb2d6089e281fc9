import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { type HostileListener, openHostile, TOKEN } from '../support/hostile-gateway.js';
import { type RawAnswer, RawConnection } from '../support/raw-http.js';

const AUTH = `Authorization: Bearer ${TOKEN}`;
const HOST = 'Host: gateway.example';
const JSON_TYPE = 'Content-Type: application/json';
/** Stands in every hostile request where the sender chooses what to send. */
const CANARY = 'zebra7391';
const THING = `{"name":"${CANARY}"}`;

const get = (target: string, ...headers: string[]) =>
  `${[`GET ${target} HTTP/1.1`, HOST, ...headers].join('\r\n')}\r\n\r\n`;
const post = (headers: readonly string[], body: string, path = '/v1/things') =>
  `${[`POST ${path} HTTP/1.1`, HOST, AUTH, ...headers].join('\r\n')}\r\n\r\n${body}`;
const json = (headers: readonly string[], body: string) => post([JSON_TYPE, ...headers], body);
const sized = (body: string) => `Content-Length: ${Buffer.byteLength(body, 'latin1')}`;
const whole = (body: string) => json([sized(body)], body);

type Case = readonly [what: string, bytes: string, status: number, code: string];

const HEADS: readonly Case[] = [
  ['a header of 20 KB', get('/v1/things/1', `X: ${'a'.repeat(20_000)}`), 431, 'TOO_LARGE'],
  ['a target of 20 KB', get(`/v1/things/${'a'.repeat(20_000)}`), 431, 'TOO_LARGE'],
  ['3,000 headers', get('/v1/things/1', ...Array(3000).fill('X: aaaaa')), 431, 'TOO_LARGE'],
  [
    'a second host behind 2,500 headers',
    get('/v1/things/1', ...Array(2500).fill('a:b'), `Host: ${CANARY}`),
    400,
    'BAD_INPUT',
  ],
  ['a tunnel', `CONNECT ${CANARY}:1 HTTP/1.1\r\n${HOST}\r\n\r\n`, 400, 'BAD_INPUT'],
  ['no header host', 'GET /v1/things/1 HTTP/1.1\r\n\r\n', 400, 'BAD_INPUT'],
  ['two headers host', get('/v1/things/1', `Host: ${CANARY}`), 400, 'BAD_INPUT'],
  [
    'a host with a path',
    `GET /v1/things/1 HTTP/1.1\r\nHost: a/${CANARY}\r\n\r\n`,
    400,
    'BAD_INPUT',
  ],
  ['two tokens', get('/v1/things/1', AUTH, `Authorization: Bearer ${CANARY}`), 400, 'BAD_INPUT'],
  ['a line folded', get('/v1/things/1', `X: a\r\n ${CANARY}`), 400, 'BAD_INPUT'],
  ['a space before the colon', get('/v1/things/1', `X : ${CANARY}`), 400, 'BAD_INPUT'],
  ['a header without a colon', get('/v1/things/1', CANARY), 400, 'BAD_INPUT'],
  ['a header without a name', get('/v1/things/1', `: ${CANARY}`), 400, 'BAD_INPUT'],
  ['NUL in a header', get('/v1/things/1', `X: a\0${CANARY}`), 400, 'BAD_INPUT'],
  ['a bell in a header', get('/v1/things/1', `X: a\x07${CANARY}`), 400, 'BAD_INPUT'],
  ['CR alone in a header', get('/v1/things/1', `X: a\rY: ${CANARY}`), 400, 'BAD_INPUT'],
  ['NUL in the target', get(`/v1/things/a\0${CANARY}`), 400, 'BAD_INPUT'],
  ['a space in the target', get(`/v1/things/a ${CANARY}`), 400, 'BAD_INPUT'],
  ['UTF-8 in the target', get('/v1/things/\xe5\xbc\xa0'), 400, 'BAD_INPUT'],
  ['a fragment in the target', get(`/v1/things/a#${CANARY}`), 400, 'BAD_INPUT'],
  ['a target without a slash', get(CANARY), 400, 'BAD_INPUT'],
  ['an unknown method', `${CANARY.toUpperCase()} / HTTP/1.1\r\n${HOST}\r\n\r\n`, 400, 'BAD_INPUT'],
  ['a lower-case method', `get / HTTP/1.1\r\n${HOST}\r\n\r\n`, 400, 'BAD_INPUT'],
  ['HTTP/0.9', 'GET /v1/things/1\r\n\r\n', 400, 'BAD_INPUT'],
  ['HTTP/9.9', `GET / HTTP/9.9\r\n${HOST}\r\n\r\n`, 400, 'BAD_INPUT'],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'BAD_INPUT'],
  ['a greeting of TLS', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03', 400, 'BAD_INPUT'],
  ['noise', `\xff\xfe\xfd${CANARY}\r\n\r\n`, 400, 'BAD_INPUT'],
  ['an expectation that is not met', get('/v1/things/1', `Expect: ${CANARY}`), 400, 'BAD_INPUT'],
];

const LENGTHS: readonly Case[] = [
  ['two lengths', json(['Content-Length: 3', sized(THING)], THING), 400, 'BAD_INPUT'],
  ['two lengths of one value', json([sized(THING), sized(THING)], THING), 400, 'BAD_INPUT'],
  ['a list of lengths', json(['Content-Length: 3, 3'], 'abc'), 400, 'BAD_INPUT'],
  ['a length with a sign', json(['Content-Length: +3'], 'abc'), 400, 'BAD_INPUT'],
  ['a length below zero', json(['Content-Length: -1'], ''), 400, 'BAD_INPUT'],
  ['a length in hexadecimal', json(['Content-Length: 0x3'], 'abc'), 400, 'BAD_INPUT'],
  ['a length beyond 2^64', json(['Content-Length: 99999999999999999999'], ''), 400, 'BAD_INPUT'],
  ['a length of a petabyte', json(['Content-Length: 999999999999999'], ''), 413, 'TOO_LARGE'],
  [
    'a length beside chunks',
    json(['Content-Length: 6', 'Transfer-Encoding: chunked'], `0\r\n\r\nG${CANARY}`),
    400,
    'BAD_INPUT',
  ],
  [
    'chunks beside a length',
    json(['Transfer-Encoding: chunked', 'Content-Length: 6'], `0\r\n\r\nG${CANARY}`),
    400,
    'BAD_INPUT',
  ],
  [
    'two transfer codings',
    json(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], '0\r\n\r\n'),
    400,
    'BAD_INPUT',
  ],
  ['chunked twice', json(['Transfer-Encoding: chunked, chunked'], '0\r\n\r\n'), 400, 'BAD_INPUT'],
  [
    'a coding before chunked',
    json(['Transfer-Encoding: gzip, chunked'], '0\r\n\r\n'),
    400,
    'BAD_INPUT',
  ],
  [
    'a coding behind chunked',
    json(['Transfer-Encoding: chunked, gzip'], '0\r\n\r\n'),
    400,
    'BAD_INPUT',
  ],
  [
    'a coding that is not known',
    json([`Transfer-Encoding: ${CANARY}`], '0\r\n\r\n'),
    400,
    'BAD_INPUT',
  ],
  ['a coding with a tab', json(['Transfer-Encoding: \x0bchunked'], '0\r\n\r\n'), 400, 'BAD_INPUT'],
  [
    'chunks in HTTP/1.0',
    json(['Transfer-Encoding: chunked'], '0\r\n\r\n').replace('HTTP/1.1', 'HTTP/1.0'),
    400,
    'BAD_INPUT',
  ],
];

const CHUNKED = 'Transfer-Encoding: chunked';
const CHUNKS: readonly Case[] = [
  ['a size that is no number', json([CHUNKED], `${CANARY}\r\n`), 400, 'BAD_INPUT'],
  ['a size beyond 2^64', json([CHUNKED], `${'f'.repeat(17)}\r\n`), 400, 'BAD_INPUT'],
  ['a size with a sign', json([CHUNKED], '-1\r\n'), 400, 'BAD_INPUT'],
  ['a size behind a space', json([CHUNKED], ' 3\r\nabc\r\n0\r\n\r\n'), 400, 'BAD_INPUT'],
  [
    'a chunk longer than its size',
    json([CHUNKED], `3\r\n${CANARY}\r\n0\r\n\r\n`),
    400,
    'BAD_INPUT',
  ],
  ['LF alone behind a size', json([CHUNKED], `3\nabc\r\n0\r\n\r\n`), 400, 'BAD_INPUT'],
  ['an extension of 20 KB', json([CHUNKED], `1;a=${'b'.repeat(20_000)}\r\n`), 413, 'TOO_LARGE'],
  ['trailers of 20 KB', json([CHUNKED], `0\r\nX: ${'b'.repeat(20_000)}\r\n\r\n`), 431, 'TOO_LARGE'],
  [
    'more than the bound',
    json([CHUNKED], `200000\r\n${' '.repeat(0x200000)}\r\n`),
    413,
    'TOO_LARGE',
  ],
];

const CODED = (coding: string) => json([`Content-Encoding: ${coding}`, sized(THING)], THING);
const TYPED = (type: string, ...headers: string[]) =>
  post([`Content-Type: ${type}`, ...headers, sized(THING)], THING);
const TYPES: readonly Case[] = [
  ['gzip', CODED('gzip'), 415, 'WRONG_MEDIA_TYPE'],
  ['brotli', CODED('br'), 415, 'WRONG_MEDIA_TYPE'],
  ['identity and gzip', CODED('identity, gzip'), 415, 'WRONG_MEDIA_TYPE'],
  ['a coding of its own', CODED(CANARY), 415, 'WRONG_MEDIA_TYPE'],
  ['UTF-16', TYPED('application/json; charset=utf-16'), 415, 'WRONG_MEDIA_TYPE'],
  ['another parameter', TYPED(`application/json; ${CANARY}=1`), 415, 'WRONG_MEDIA_TYPE'],
  ['text', TYPED('text/plain'), 415, 'WRONG_MEDIA_TYPE'],
  ['a form', TYPED('application/x-www-form-urlencoded'), 415, 'WRONG_MEDIA_TYPE'],
  ['another JSON', TYPED('application/json-seq'), 415, 'WRONG_MEDIA_TYPE'],
  ['no type', post([sized(THING)], THING), 415, 'WRONG_MEDIA_TYPE'],
  ['two types', TYPED('text/plain', JSON_TYPE), 400, 'BAD_INPUT'],
];

const nested = (open: string, close: string) => open.repeat(100_000) + close.repeat(100_000);
const DOCUMENTS: readonly Case[] = [
  ['lists 100,000 deep', whole(nested('[', ']')), 400, 'BAD_JSON'],
  ['objects 100,000 deep', whole(nested('{"a":', '}')), 400, 'BAD_JSON'],
  ['a member twice', whole(`{"name":"a","name":"${CANARY}"}`), 400, 'BAD_JSON'],
  ['__proto__', whole(`{"name":"a","__proto__":{"count":"${CANARY}"}}`), 400, 'BAD_INPUT'],
  ['constructor', whole(`{"name":"a","constructor":"${CANARY}"}`), 400, 'BAD_INPUT'],
  ['a lone surrogate', whole('{"name":"\\ud800"}'), 400, 'BAD_JSON'],
  ['UTF-8 that is none', whole('{"name":"\xff\xfe"}'), 400, 'BAD_JSON'],
  ['UTF-8 of a surrogate', whole('{"name":"\xed\xa0\x80"}'), 400, 'BAD_JSON'],
  ['overlong UTF-8', whole('{"name":"\xc0\xaf"}'), 400, 'BAD_JSON'],
  ['UTF-16', whole('{\0"\0n\0a\0m\0e\0"\0'), 400, 'BAD_JSON'],
  ['a byte order mark', whole(`\xef\xbb\xbf${THING}`), 400, 'BAD_JSON'],
  ['a number beyond 2^53', whole('{"name":"a","count":9007199254740993}'), 400, 'BAD_JSON'],
  ['a number with an exponent', whole('{"name":"a","count":1e309}'), 400, 'BAD_JSON'],
  ['a megabyte of digits', whole(`{"name":"a","count":${'9'.repeat(1_000_000)}}`), 400, 'BAD_JSON'],
  [
    'digits, then a point',
    whole(`{"name":"a","count":${'9'.repeat(1_000_000)}.}`),
    400,
    'BAD_JSON',
  ],
  ['a million values', whole(`[${'0,'.repeat(500_000)}0]`), 400, 'BAD_INPUT'],
  [
    'a megabyte of members',
    whole(`{${Array.from({ length: 80_000 }, (_, n) => `"${n}":0`)}}`),
    400,
    'BAD_INPUT',
  ],
  ['NaN', whole('{"name":"a","count":NaN}'), 400, 'BAD_JSON'],
  ['NUL', whole('{"name":"a\0"}'), 400, 'BAD_JSON'],
  ['two values', whole(`${THING}${THING}`), 400, 'BAD_JSON'],
  ['nothing', whole(''), 400, 'BAD_JSON'],
  ['a comment', whole(`${THING}/*${CANARY}*/`), 400, 'BAD_JSON'],
  ['another type', whole('{"name":1}'), 400, 'BAD_INPUT'],
  ['an unknown member', whole(`{"name":"a","${CANARY}":1}`), 400, 'BAD_INPUT'],
  ['more than the bound', json(['Content-Length: 1048577'], ''), 413, 'TOO_LARGE'],
];

const PATHS: readonly Case[] = [
  ['dots', get('/v1/things/../things/1'), 404, 'NO_ROUTE'],
  ['encoded dots above', get('/v1/%2e%2e/things/1'), 404, 'NO_ROUTE'],
  ['two slashes', get('//v1/things/1'), 404, 'NO_ROUTE'],
  ['a slash behind', get('/v1/things/1/'), 404, 'NO_ROUTE'],
  ['capitals', get('/V1/things/1'), 404, 'NO_ROUTE'],
  ['a backslash', get('/v1\\things\\1'), 404, 'NO_ROUTE'],
  ['an encoded slash between', get('/v1%2Fthings/1'), 404, 'NO_ROUTE'],
  ['NUL, encoded', get('/v1/things/%00'), 400, 'BAD_INPUT'],
  ['overlong UTF-8', get('/v1/things/%c0%af'), 400, 'BAD_INPUT'],
  ['half a percent sign', get('/v1/things/%'), 400, 'BAD_INPUT'],
  ['a surrogate', get('/v1/things/%ed%a0%80'), 400, 'BAD_INPUT'],
  ['more than a parameter takes', get(`/v1/things/${'a'.repeat(65)}`), 400, 'BAD_INPUT'],
  ['an unknown query', get(`/v1/things/1?${CANARY}=1`), 400, 'BAD_INPUT'],
  ['a query twice', get('/v1/things/1?page=1&page=2'), 400, 'BAD_INPUT'],
  ['a query of another type', get(`/v1/things/1?page=${CANARY}`), 400, 'BAD_INPUT'],
  ['a query in exponents', get('/v1/things/1?page=1e3'), 400, 'BAD_INPUT'],
  ['a list in a query', get('/v1/things/1?page[]=1'), 400, 'BAD_INPUT'],
  ['a prototype in a query', get('/v1/things/1?__proto__=1'), 400, 'BAD_INPUT'],
  ['half a percent sign in a query', get('/v1/things/1?page=%'), 400, 'BAD_INPUT'],
  [
    'a header twice',
    get('/v1/things/1', 'Chartseal-Patient: a', `Chartseal-Patient: ${CANARY}`),
    400,
    'BAD_INPUT',
  ],
  ['the star', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n\r\n`, 404, 'NO_ROUTE'],
  ['another method', `DELETE /v1/things/1 HTTP/1.1\r\n${HOST}\r\n\r\n`, 405, 'METHOD_NOT_ALLOWED'],
  [
    'TRACE',
    `TRACE /v1/things/1 HTTP/1.1\r\n${HOST}\r\nX: ${CANARY}\r\n\r\n`,
    405,
    'METHOD_NOT_ALLOWED',
  ],
  ['OPTIONS', `OPTIONS /v1/things/1 HTTP/1.1\r\n${HOST}\r\n\r\n`, 405, 'METHOD_NOT_ALLOWED'],
  [
    'a method that a header overrides',
    get('/v1/things', 'X-HTTP-Method-Override: POST', AUTH),
    405,
    'METHOD_NOT_ALLOWED',
  ],
  [
    'a body where none is taken',
    `${get('/v1/things/1', 'Content-Length: 3')}abc`,
    400,
    'BAD_INPUT',
  ],
];

describe('a hostile request', () => {
  let gateway: HostileListener;
  before(async () => {
    gateway = await openHostile();
  });
  after(() => gateway.end(1000));

  /** The only answer on a connection of its own, whose writing end stays open. */
  async function only(bytes: string): Promise<RawAnswer> {
    const connection = await RawConnection.plain(gateway.listener.port);
    try {
      void connection.send(bytes);
      const [answer] = await connection.take(1);
      if (answer === undefined) throw new Error('no answer came');
      return answer;
    } finally {
      connection.close();
    }
  }

  async function refused([what, bytes, status, code]: Case): Promise<void> {
    const answer = await only(bytes);
    const problem = JSON.parse(answer.body);
    expect(problem, what).to.include({ status, code });
    expect(answer.status, what).to.equal(status);
    expect(answer.headers['content-type'], what).to.equal('application/problem+json');
    expect(answer.headers['x-request-id'], what).to.match(/^[0-9a-f-]{36}$/);
    expect(`${JSON.stringify(answer.headers)}${answer.body}`, what).to.not.include(CANARY);
  }

  const TABLES: readonly (readonly [string, readonly Case[]])[] = [
    ['head', HEADS],
    ['length', LENGTHS],
    ['chunk', CHUNKS],
    ['type', TYPES],
    ['document', DOCUMENTS],
    ['path', PATHS],
  ];
  for (const [name, cases] of TABLES) {
    it(`by its ${name} is refused, nothing of it stored, echoed or logged`, async () => {
      const { seen } = gateway;
      seen.facts.length = 0;
      for (const one of cases) await refused(one);
      while (seen.facts.length < cases.length) await setTimeout(10);
      // What follows a refused body may be refused once more, as a request of its own.
      const told = seen.facts.map(({ status }) => status);
      expect(told).to.include.members(cases.map(([, , status]) => status));
      expect(told.length).to.be.within(cases.length, cases.length + 1);
      expect([...seen.stored, ...seen.failures]).to.deep.equal([]);
      expect(JSON.stringify(seen.facts)).to.not.include(CANARY);
    });
  }
});
