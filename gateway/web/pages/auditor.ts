// The page of an auditor who is signed in: verifies and draws samples; all of it on this device.
import { SamplePanel } from '../sample/sample-panel.js';
import { codeOf, readSession, type Session } from '../session/api.js';
import { linksFor, signedIn } from '../session/head.js';
import { problemText, SESSION } from '../text/session.js';
import { VerifyApp } from '../verify/app.js';
import { verifyTexts } from '../verify/texts.js';
import { type Child, element } from '../view/dom.js';

let session: Session | undefined;
let problem: string | undefined;
const sample = new SamplePanel();

const app: VerifyApp = new VerifyApp({
  title: (language) => verifyTexts(language).titleAuditor,
  head: (language) => {
    const told = problem === undefined ? [] : [problemText(SESSION[language], problem)];
    const aside: Child[] = told.map((text) =>
      element('span', { class: 'soft', role: 'alert' }, text),
    );
    if (session !== undefined && session.caller === undefined) {
      aside.push(element('a', { href: '/' }, SESSION[language].signIn));
    }
    if (session === undefined) return { aside };
    const links = linksFor(session, language, '/auditor');
    return { links, aside: [...aside, ...signedIn(session, language, fail)] };
  },
  more: (self, language) => [sample.view(self, language)],
});

function fail(error: unknown): void {
  problem = codeOf(error);
  app.draw();
}

readSession()
  .then((read) => {
    session = read;
    app.draw();
  })
  .catch(fail);
