import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { CookieBrowser } from '../support/cookie-browser.js';

const PROGRAM = join(process.cwd(), 'cli', 'chartseal.mjs');
const ADDRESS = /Open (http:\/\/127\.0\.0\.1:\d+\/) on this machine/;

describe('chartseal demo --serve', () => {
  it('opens what the story made, for the patient with one click, until it is ended', async function () {
    this.timeout(600_000);
    const story = spawn(process.execPath, [PROGRAM, 'demo', '--serve'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, CHARTSEAL_PEOPLE_PORT: '0' },
    });
    try {
      let address: string | undefined;
      for await (const line of createInterface({ input: story.stdout })) {
        address = ADDRESS.exec(line)?.[1];
        if (address !== undefined) break;
      }
      const page = new URL(address ?? 'about:blank');
      story.stdout.resume();
      const browser = new CookieBrowser();
      const signIn = async (subject: string) => {
        const asked = { method: 'POST', json: { subject } } as const;
        expect((await browser.fetch(page, '/login/demo', asked)).status).to.equal(200);
        const list = await browser.fetch(page, '/v1/patients/me/access-history');
        return (JSON.parse(list.text) as { count: number }).count;
      };
      expect(await signIn('patient')).to.equal(5);
      expect(await signIn('unseen-patient')).to.equal(0);
      story.kill('SIGTERM');
      const [code] = await once(story, 'close');
      expect(code).to.equal(0);
    } finally {
      story.kill('SIGKILL');
    }
  });
});
