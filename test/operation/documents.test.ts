import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { COMMANDS } from '../../cli/commands.js';
import { VARIABLES } from '../../gateway/operation/config-environment.js';
import { CONFIG_SHAPE, DEFAULT_LIMITS } from '../../gateway/operation/config-shape.js';
import { GatewayPlace } from '../support/gateway-place.js';
import { ask } from '../support/loopback-request.js';

const read = (...names: string[]) => readFileSync(join(process.cwd(), 'gateway', ...names), 'utf8');
const example = (name: string) => read('operation', 'examples', name);

/** Cells of the rows of a table in Markdown that begin with a code. */
const rowsOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.slice(2, -2).split(' | '));

const codesIn = (text = '') => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code as string);

/** Throws unless the program has this command with these options. */
function checkCommand(words: readonly string[]): void {
  const [name, ...rest] = words;
  const row = COMMANDS.find((command) => command.name === name);
  expect(row, name).to.not.equal(undefined);
  const known = Object.values(row?.flags ?? {}).map(({ make }) => make().long);
  const options = rest.filter((word) => word.startsWith('--'));
  expect(known).to.include.members(options);
}

describe('the documents of the gateway', () => {
  const readme = read('README.md');

  it('list every environment variable with its member, and no other', () => {
    const listed = rowsOf(readme).flatMap(([member, variable]) => {
      const [name] = codesIn(variable);
      return name?.startsWith('CHARTSEAL_') ? [[name, ...codesIn(member)]] : [];
    });
    const expected = VARIABLES.map(({ name, path }) => [name, path.join('.')]);
    expect(listed).to.have.deep.members(expected);
  });

  it('give the defaults that the program has', () => {
    const defaults = new Map(
      rowsOf(readme).map(([member, , fallback]) => [codesIn(member)[0], codesIn(fallback)[0]]),
    );
    const config = CONFIG_SHAPE.parse({});
    for (const [name, value] of Object.entries(DEFAULT_LIMITS)) {
      expect(defaults.get(`limits.${name}`), name).to.equal(String(value));
    }
    expect(defaults.get('people.port')).to.equal(String(config.people.port));
    expect(defaults.get('people.host')).to.equal(config.people.host);
    expect(defaults.get('data')).to.equal(config.data);
    expect(defaults.get('log.level')).to.equal(config.log.level);
  });

  it('list every metric that a gateway has with its labels, and no other', async () => {
    const place = await GatewayPlace.create();
    try {
      await place.open();
      await place.ask('/healthz');
      const { text } = await ask(place.url('local', '/metrics'));
      const own = [...text.matchAll(/^# TYPE (chartseal_\w+) /gm)]
        .map(([, name]) => name as string)
        .filter((name) => !/^chartseal_(process|nodejs)_/.test(name));
      const listed = rowsOf(readme)
        .map(([name]) => codesIn(name)[0] ?? '')
        .filter((name) => name.startsWith('chartseal_'));
      expect(listed.map((name) => name.replace(/\{.*/, ''))).to.have.members(own);
      const labels = /^chartseal_http_requests_total\{(.*)\} /m.exec(text)?.[1];
      const names = labels?.replace(/="[^"]*"/g, '');
      expect(listed).to.include(`chartseal_http_requests_total{${names}}`);
    } finally {
      await place.remove();
    }
  });

  it('start the program as it is, in the unit and in the container file', () => {
    const unit = example('chartseal.service');
    const [, started = ''] = /^ExecStart=\S+node \S+chartseal\.mjs (.*)$/m.exec(unit) ?? [];
    checkCommand(started.split(' '));
    const stop = Number(/^TimeoutStopSec=(\d+)s$/m.exec(unit)?.[1]);
    expect(stop).to.be.above(DEFAULT_LIMITS.shutdownSeconds);
    const container = example('Containerfile');
    const [, command = ''] = /^CMD (\[.*\])$/m.exec(container) ?? [];
    checkCommand(JSON.parse(command) as string[]);
    expect(container).to.match(/^USER node$/m);
    for (const text of [unit, container]) expect(text).to.match(/Not exercised by CI/);
  });

  it('check the health of a container by a program that tells a gateway from none', async () => {
    const [, check = ''] = /^ {2}CMD (\[.*\])$/m.exec(example('Containerfile')) ?? [];
    const [program, ...given] = JSON.parse(check) as string[];
    expect([program, given[0]]).to.deep.equal(['node', '-e']);
    const place = await GatewayPlace.create();
    try {
      const run = (script: string) => runScript(script.replace('/data/hospital', place.data));
      expect(await run(given[1] as string)).to.equal(1);
      await place.open();
      expect(await run(given[1] as string)).to.equal(0);
    } finally {
      await place.remove();
    }
  });

  it('show a configuration that has nothing wrong but the files of another machine', () => {
    const parsed = CONFIG_SHAPE.safeParse(JSON.parse(example('gateway.json')));
    expect(parsed.error?.issues ?? []).to.deep.equal([]);
  });
});

/** Exit code of a script of its own process; this one goes on answering meanwhile. */
async function runScript(script: string): Promise<number | null> {
  const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}
