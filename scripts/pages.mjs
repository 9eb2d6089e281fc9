// Builds the pages of gateway/web into dist/web: checks their types, bundles each page, and makes
// the verify page one file that needs nothing beside it. Fails when a page would need Node.
// pages.json, written last, names each page and the Content-Security-Policy to serve it with.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'gateway', 'web');
const out = process.argv[2] ?? join(root, 'dist', 'web');
/** Pages that are one file each; the others share scripts and styles. */
const SINGLE_FILES = ['verify.html'];
const TARGET = 'es2022';

const COMMON_POLICY = ["base-uri 'none'", "require-trusted-types-for 'script'"];
const FRAMES = "frame-ancestors 'none'";

/** Core's platform files for pages in the place of those for Node, and nothing of Node at all. */
const platform = {
  name: 'chartseal-platform',
  enforce: 'pre',
  resolveId(id, importer) {
    const [, part] = /\/platform\/((?:curve-)?)node\.js$/.exec(id) ?? [];
    if (part !== undefined) return join(root, `chaincode/core/platform/${part}browser.ts`);
    if (/^node:/.test(id)) throw new Error(`${importer} imports ${id}, which no page has`);
    return null;
  },
};

const common = (define) => ({
  configFile: false,
  root: source,
  base: './',
  publicDir: false,
  logLevel: 'warn',
  define,
  plugins: [platform],
});
const commonBuild = {
  target: TARGET,
  minify: false,
  modulePreload: false,
  reportCompressedSize: false,
};

/** One classic script with all that it needs. */
async function bundleScript(entry, define) {
  const [{ output }] = await build({
    ...common(define),
    build: {
      ...commonBuild,
      write: false,
      lib: { entry: join(source, entry), formats: ['iife'], name: 'chartseal' },
    },
  });
  return output.find(({ type }) => type === 'chunk').code;
}

const digest = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The page with its style and script inside, and the policy that lets in these two and no more. */
async function inlinePage(page, define) {
  const html = readFileSync(join(source, page), 'utf8');
  const [, entry] = /<script type="module" src="\.\/([^"]+)"><\/script>/.exec(html);
  const script = (await bundleScript(entry, define)).replaceAll('</script', '<\\/script');
  const style = readFileSync(join(source, 'style.css'), 'utf8');
  const policy = [
    "default-src 'none'",
    `script-src ${digest(script)}`,
    `style-src ${digest(style)}`,
    'img-src data:',
    'worker-src blob:',
    "form-action 'none'",
    ...COMMON_POLICY,
    'trusted-types chartseal',
  ];
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}" />`;
  const whole = html
    .replace('<meta charset="utf-8" />', (charset) => `${charset}\n    ${meta}`)
    .replace(/<link rel="stylesheet"[^>]*>/, () => `<style>${style}</style>`)
    .replace(/\s*<script type="module"[^>]*><\/script>/, '')
    .replace('</body>', () => `<script>${script}</script>\n  </body>`);
  writeFileSync(join(out, page), whole);
  return [...policy, FRAMES].join('; ');
}

const SHARED_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  'worker-src blob:',
  "form-action 'self'",
  ...COMMON_POLICY,
  'trusted-types chartseal',
  FRAMES,
].join('; ');

async function buildShared(pages, define) {
  await build({
    ...common(define),
    build: {
      ...commonBuild,
      outDir: out,
      emptyOutDir: true,
      rolldownOptions: { input: pages.map((page) => join(source, page)) },
    },
  });
}

function checkTypes() {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', source], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('the types of the pages are wrong: see the messages of tsc');
}

async function main() {
  const startedAt = new Date();
  rmSync(join(out, 'pages.json'), { force: true });
  checkTypes();
  // A page opened from a file may start a worker from its own text only.
  const worker = await bundleScript('worker/main.ts', {});
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const define = { WORKER_SOURCE: JSON.stringify(worker), VERSION: JSON.stringify(version) };
  const pages = readdirSync(source).filter((name) => name.endsWith('.html'));
  const shared = pages.filter((page) => !SINGLE_FILES.includes(page));
  await buildShared(shared, define);
  const policies = Object.fromEntries(shared.map((page) => [basename(page), SHARED_POLICY]));
  for (const page of SINGLE_FILES) policies[page] = await inlinePage(page, define);
  const table = join(out, 'pages.json');
  writeFileSync(table, `${JSON.stringify(policies, undefined, 2)}\n`);
  // What changed since the beginning is not in it.
  utimesSync(table, startedAt, startedAt);
}

main().catch((error) => {
  process.stderr.write(`error: the pages could not be built: ${error.message}\n`);
  process.exitCode = 1;
});
